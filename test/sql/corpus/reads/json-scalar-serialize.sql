-- expect: ok
-- min-server: 17
SELECT json_scalar(1), json('{"a":1}'), json_serialize('{"a":1}' RETURNING text)
