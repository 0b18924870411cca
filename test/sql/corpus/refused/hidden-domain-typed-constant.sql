-- expect: NAME_NOT_AVAILABLE
SELECT clean_text 'x'
