-- expect: ok
(SELECT id FROM orders EXCEPT SELECT order_id FROM order_items) UNION (SELECT id FROM customers INTERSECT ALL SELECT customer_id FROM orders) ORDER BY 1 LIMIT 5
