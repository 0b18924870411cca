-- expect: ok
SELECT id, lag(total) OVER w, lead(total, 2, 0) OVER w, first_value(total) OVER (w ROWS UNBOUNDED PRECEDING) FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id) LIMIT 10
