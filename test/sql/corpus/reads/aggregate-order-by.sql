-- expect: ok
SELECT customer_id, string_agg(status::text, ', ' ORDER BY created_at DESC), array_agg(id ORDER BY id) FROM orders GROUP BY customer_id LIMIT 3
