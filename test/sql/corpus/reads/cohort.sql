-- expect: ok
WITH first AS (SELECT customer_id, min(created_at) AS f FROM orders GROUP BY customer_id) SELECT date_trunc('month', f) AS cohort, extract(month FROM age(o.created_at, f)) AS m, count(DISTINCT o.customer_id) FROM first JOIN orders o USING (customer_id) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 20
