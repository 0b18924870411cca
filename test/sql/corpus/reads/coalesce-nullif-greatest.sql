-- expect: ok
SELECT coalesce(note, '-'), nullif(status::text, 'new'), greatest(total, 10), least(1, 2, NULL) FROM orders LIMIT 5
