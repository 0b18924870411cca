-- expect: POLICY_DENIED
SELECT NULL::customers
