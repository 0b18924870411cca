-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT JSON_QUERY('{}'::jsonb, '$.a' RETURNING int DEFAULT urgency 'low' ON ERROR)
