-- expect: NAME_NOT_AVAILABLE
SELECT count(*) FROM customers GROUP BY GROUPING SETS ((), (email))
