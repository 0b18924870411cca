-- expect: POLICY_DENIED
SELECT c.* FROM orders o JOIN customers c ON c.id = o.customer_id
