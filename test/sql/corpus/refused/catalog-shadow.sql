-- expect: POLICY_DENIED
SELECT passwd FROM pg_catalog.pg_shadow
