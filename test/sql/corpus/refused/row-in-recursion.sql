-- expect: POLICY_DENIED
WITH RECURSIVE t AS (SELECT 1 AS n, c AS r FROM customers c UNION ALL SELECT n + 1, r FROM t WHERE n < 2) SELECT (r).email FROM t
