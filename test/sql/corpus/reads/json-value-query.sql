-- expect: ok
-- min-server: 17
SELECT json_value(meta, '$.author.name' RETURNING text), json_query(meta, '$.tags' WITH WRAPPER), json_exists(meta, '$.n') FROM docs LIMIT 2
