-- expect: POLICY_DENIED
-- rules: pg_catalog.pg_policy, whose expressions the plan would print, the hidden relation in them among them
EXPLAIN SELECT id, title FROM tickets
