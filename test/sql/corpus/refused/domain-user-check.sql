-- expect: NAME_NOT_AVAILABLE
SELECT 'dirt'::clean_text
