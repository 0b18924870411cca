-- expect: POLICY_DENIED
-- action: explain
SELECT order_total(id) FROM orders
