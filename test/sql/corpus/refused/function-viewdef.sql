-- expect: POLICY_DENIED
SELECT pg_get_viewdef('v_headcount'::text)
