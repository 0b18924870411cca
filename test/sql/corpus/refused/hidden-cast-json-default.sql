-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT JSON_VALUE('{}'::jsonb, '$.a' RETURNING int DEFAULT 'low'::urgency ON EMPTY)
