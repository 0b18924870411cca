-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT j.a FROM JSON_TABLE('[{}]'::jsonb, '$[*]' COLUMNS (a int PATH '$.a' DEFAULT 'high'::urgency ON EMPTY)) j
