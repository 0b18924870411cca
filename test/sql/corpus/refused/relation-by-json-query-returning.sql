-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT JSON_QUERY('{}'::jsonb, '$' RETURNING hr.employees)
