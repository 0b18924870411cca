-- expect: POLICY_DENIED
-- rules: pg_catalog.pg_policy
EXPLAIN (ANALYZE, VERBOSE) SELECT title FROM v_claims
