-- expect: ok
SELECT customer_id, sum(total) FILTER (WHERE status = 'new') AS new, sum(total) FILTER (WHERE status = 'paid') AS paid FROM orders GROUP BY customer_id ORDER BY 1 LIMIT 5
