-- expect: ok
SELECT o.id, c.name, p.title FROM orders o JOIN customers c ON c.id = o.customer_id JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id WHERE c.country = 'DE' LIMIT 5
