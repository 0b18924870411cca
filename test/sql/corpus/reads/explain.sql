-- expect: ok
EXPLAIN SELECT id FROM orders WHERE customer_id = 5
