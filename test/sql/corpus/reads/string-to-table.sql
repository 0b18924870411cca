-- expect: ok
SELECT * FROM string_to_table('a,b,c', ',') WITH ORDINALITY AS t(part, n)
