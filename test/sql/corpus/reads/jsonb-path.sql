-- expect: ok
SELECT id FROM docs WHERE meta @? '$.tags[*] ? (@ == "y1")' AND meta @@ '$.n > 10' AND jsonb_path_exists(meta, '$.author.name')
