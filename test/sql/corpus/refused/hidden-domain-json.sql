-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT JSON_VALUE('{}'::jsonb, '$' RETURNING clean_text)
