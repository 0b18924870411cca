-- expect: NAME_NOT_AVAILABLE
SELECT passwd FROM pg_catalog.pg_shadow
