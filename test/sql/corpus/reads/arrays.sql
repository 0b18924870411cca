-- expect: ok
SELECT tags[1], tags[1:2], array_length(tags, 1), 't1' = ANY (tags), tags @> ARRAY['t1'], tags || 'z'::text, cardinality(tags) FROM customers LIMIT 3
