-- expect: ok
SELECT id, (SELECT name FROM customers c WHERE c.id = o.customer_id) AS customer FROM orders o LIMIT 5
