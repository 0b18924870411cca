-- expect: NAME_NOT_AVAILABLE
SELECT (SELECT c.email) FROM customers c
