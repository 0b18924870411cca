-- expect: ok
SELECT row_to_json(r) FROM regions r
