-- expect: POLICY_DENIED
SELECT ((array_agg(c))[1]).email FROM customers c
