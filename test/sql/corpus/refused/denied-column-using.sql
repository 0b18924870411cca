-- expect: NAME_NOT_AVAILABLE
SELECT 1 FROM customers a JOIN customers b USING (email)
