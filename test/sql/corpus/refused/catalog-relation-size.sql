-- expect: POLICY_DENIED
SELECT pg_relation_size('private.secrets')
