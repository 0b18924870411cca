-- expect: NAME_NOT_AVAILABLE
SELECT prosrc FROM pg_proc
