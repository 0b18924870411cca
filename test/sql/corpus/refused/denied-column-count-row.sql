-- expect: NAME_NOT_AVAILABLE
SELECT count(c) FROM customers c
