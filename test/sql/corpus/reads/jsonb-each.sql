-- expect: ok
SELECT p.id, e.key, e.value FROM products p, jsonb_each(p.attributes) e LIMIT 5
