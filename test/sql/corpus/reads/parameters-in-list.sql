-- expect: ok
-- parameters: ["{1,2,3}"]
SELECT id FROM orders WHERE id = ANY($1::bigint[])
