-- expect: ok
WITH t(a, b) AS (SELECT id, total FROM orders) SELECT a, b FROM t LIMIT 1
