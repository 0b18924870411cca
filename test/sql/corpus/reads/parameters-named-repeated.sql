-- expect: ok
-- parameters: {"n":"2"}
SELECT id, tags[1:2], ':n' AS literal /* :n */ FROM customers WHERE id > :n::int OR id = :n::int ORDER BY id LIMIT 3
