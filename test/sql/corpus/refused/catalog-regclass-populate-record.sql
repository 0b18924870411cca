-- expect: POLICY_DENIED
SELECT json_populate_record(q, '{"about":"private.secrets"}') FROM (SELECT about FROM remarks) q
