-- expect: POLICY_DENIED
SELECT DISTINCT ON (c) id FROM customers c
