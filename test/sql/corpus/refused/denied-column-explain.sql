-- expect: POLICY_DENIED
EXPLAIN SELECT email FROM customers
