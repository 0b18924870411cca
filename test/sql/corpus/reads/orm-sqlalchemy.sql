-- expect: ok
SELECT anon_1.orders_id, anon_1.orders_total, customers_1.id AS customers_1_id FROM (SELECT orders.id AS orders_id, orders.total AS orders_total, orders.customer_id AS orders_customer_id FROM orders LIMIT 10) AS anon_1 LEFT OUTER JOIN customers AS customers_1 ON customers_1.id = anon_1.orders_customer_id
