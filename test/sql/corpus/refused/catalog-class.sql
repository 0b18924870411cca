-- expect: NAME_NOT_AVAILABLE
SELECT relname FROM pg_class
