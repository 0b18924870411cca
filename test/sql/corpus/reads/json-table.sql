-- expect: ok
-- min-server: 17
SELECT d.id, jt.tag, jt.pos FROM docs d, JSON_TABLE(d.meta, '$' COLUMNS (author text PATH '$.author.name', NESTED PATH '$.tags[*]' COLUMNS (pos FOR ORDINALITY, tag text PATH '$'))) AS jt LIMIT 4
