-- expect: POLICY_DENIED
SELECT 'a' === ANY (ARRAY['b'])
