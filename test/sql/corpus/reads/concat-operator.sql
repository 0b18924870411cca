-- expect: ok
SELECT 'a' || 'b' || id::text || ARRAY['x']::text FROM regions
