-- expect: POLICY_DENIED
SELECT 5::numeric::size3
