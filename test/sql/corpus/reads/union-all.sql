-- expect: ok
SELECT id, 'order' AS kind FROM orders UNION ALL SELECT id, 'customer' FROM customers ORDER BY id LIMIT 10
