-- expect: ok
SELECT id, customer_id, rank() OVER (PARTITION BY customer_id ORDER BY total DESC) FROM orders LIMIT 20
