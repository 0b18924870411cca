-- expect: ok
SELECT r.a, r.b FROM jsonb_to_recordset('[{"a":1,"b":"x"}]'::jsonb) AS r(a int, b text)
