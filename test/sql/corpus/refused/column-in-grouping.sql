-- expect: NAME_NOT_AVAILABLE
SELECT grouping(email) FROM customers GROUP BY ROLLUP (email)
