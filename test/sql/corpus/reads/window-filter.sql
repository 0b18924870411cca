-- expect: ok
SELECT count(*) FILTER (WHERE status = 'paid') OVER (PARTITION BY customer_id) FROM orders LIMIT 5
