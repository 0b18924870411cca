-- expect: POLICY_DENIED
SELECT a.id FROM customers a JOIN customers b ON a = b
