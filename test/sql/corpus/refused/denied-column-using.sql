-- expect: POLICY_DENIED
SELECT 1 FROM customers a JOIN customers b USING (email)
