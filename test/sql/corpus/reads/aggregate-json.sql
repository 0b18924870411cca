-- expect: ok
SELECT json_agg(o.id), jsonb_object_agg(o.id, o.total) FROM orders o WHERE o.id < 5
