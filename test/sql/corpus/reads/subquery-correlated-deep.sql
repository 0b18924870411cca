-- expect: ok
SELECT id FROM customers c WHERE (SELECT max(total) FROM orders o WHERE o.customer_id = c.id AND EXISTS (SELECT 1 FROM order_items i WHERE i.order_id = o.id AND i.quantity > c.id % 3)) > 10
