-- expect: NAME_NOT_AVAILABLE
SELECT data FROM pg_largeobject
