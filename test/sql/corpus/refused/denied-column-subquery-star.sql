-- expect: POLICY_DENIED
SELECT s.x FROM (SELECT * FROM customers) s(a, b, x)
