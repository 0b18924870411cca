-- expect: NAME_NOT_AVAILABLE
SELECT 'a' === ANY (ARRAY['b'])
