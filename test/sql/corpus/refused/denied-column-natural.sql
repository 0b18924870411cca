-- expect: POLICY_DENIED
SELECT 1 FROM customers a NATURAL JOIN customers b
