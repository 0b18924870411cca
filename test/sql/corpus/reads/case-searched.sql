-- expect: ok
SELECT id, CASE WHEN total < 100 THEN 'small' WHEN total < 500 THEN 'medium' ELSE 'large' END FROM orders LIMIT 5
