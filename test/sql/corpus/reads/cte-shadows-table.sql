-- expect: ok
WITH customers AS (SELECT id, total AS email FROM orders) SELECT email FROM customers LIMIT 3
