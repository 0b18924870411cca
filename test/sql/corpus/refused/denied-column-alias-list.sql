-- expect: POLICY_DENIED
SELECT c.x FROM customers AS c(a, b, x)
