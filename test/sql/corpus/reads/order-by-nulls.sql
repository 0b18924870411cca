-- expect: ok
SELECT id, shipped_at FROM orders ORDER BY shipped_at DESC NULLS LAST, id USING < LIMIT 4
