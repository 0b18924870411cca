-- expect: ok
-- min-server: 17
SELECT json_value(meta, '$.n ? (@ > $min)' PASSING 10 AS min RETURNING int DEFAULT 0 ON EMPTY ERROR ON ERROR) FROM docs LIMIT 3
