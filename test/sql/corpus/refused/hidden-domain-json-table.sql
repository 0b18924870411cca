-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT * FROM JSON_TABLE('{}'::jsonb, '$' COLUMNS (a clean_text PATH '$.a')) j
