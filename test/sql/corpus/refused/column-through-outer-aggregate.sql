-- expect: NAME_NOT_AVAILABLE
SELECT (SELECT max(c.email) FROM orders LIMIT 1) FROM customers c
