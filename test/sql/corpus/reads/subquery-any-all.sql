-- expect: ok
SELECT id FROM orders WHERE total > ALL (SELECT unit_price FROM order_items) OR id = ANY (ARRAY[1, 2, 3])
