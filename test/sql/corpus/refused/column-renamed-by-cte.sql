-- expect: NAME_NOT_AVAILABLE
WITH t(a, b) AS (SELECT id, email FROM customers) SELECT a FROM t
