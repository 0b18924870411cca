-- expect: ok
SELECT id, ts_rank(search, q) FROM docs, to_tsquery('english', 'fox & dog') AS q WHERE search @@ q ORDER BY 2 DESC LIMIT 5
