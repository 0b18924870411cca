-- expect: POLICY_DENIED
SELECT table_name FROM information_schema.tables
