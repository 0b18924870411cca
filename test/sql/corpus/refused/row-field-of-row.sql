-- expect: POLICY_DENIED
SELECT ((ROW(1, c)).f2).email FROM customers c
