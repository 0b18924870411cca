-- expect: NAME_NOT_AVAILABLE
SELECT '{a,b}'::clean_text[]
