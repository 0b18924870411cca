-- expect: POLICY_DENIED
SELECT (x.r).email FROM customers c, LATERAL (SELECT c AS r) x
