-- expect: POLICY_DENIED
SELECT * FROM jsonb_populate_record(NULL::customers, '{}')
