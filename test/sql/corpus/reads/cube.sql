-- expect: ok
SELECT status, customer_id % 2, count(*) FROM orders GROUP BY CUBE (status, customer_id % 2)
