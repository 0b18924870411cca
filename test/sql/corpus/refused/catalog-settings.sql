-- expect: NAME_NOT_AVAILABLE
SELECT * FROM pg_settings
