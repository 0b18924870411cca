-- expect: ok
SELECT id FROM orders WHERE (customer_id, id) > (100, 5) ORDER BY customer_id, id LIMIT 3
