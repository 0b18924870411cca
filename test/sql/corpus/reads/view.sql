-- expect: ok
SELECT customer, sum(total) FROM v_order_summary GROUP BY customer LIMIT 3
