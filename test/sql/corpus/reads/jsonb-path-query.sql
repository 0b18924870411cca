-- expect: ok
SELECT jsonb_path_query_array(meta, '$.tags[*]'), jsonb_path_query_first(meta, '$.n') FROM docs LIMIT 2
