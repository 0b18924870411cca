-- expect: ok
SELECT id, order_total(id) FROM orders LIMIT 3
