-- expect: POLICY_DENIED
SELECT x.r FROM customers c, LATERAL (SELECT c AS r) x
