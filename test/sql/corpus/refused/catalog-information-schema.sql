-- expect: NAME_NOT_AVAILABLE
SELECT table_name FROM information_schema.tables
