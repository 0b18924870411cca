-- expect: POLICY_DENIED
SELECT DISTINCT ON (email) id FROM customers
