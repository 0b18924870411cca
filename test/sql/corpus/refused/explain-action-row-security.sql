-- expect: POLICY_DENIED
-- rules: pg_catalog.pg_policy
-- action: explain
SELECT title FROM claims
