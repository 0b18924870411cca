-- expect: POLICY_DENIED
-- rules: pg_catalog.pg_policy, whose expressions the plan would print
EXPLAIN SELECT id, title FROM claims
