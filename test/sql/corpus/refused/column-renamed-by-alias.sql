-- expect: NAME_NOT_AVAILABLE
SELECT b FROM customers AS t(a, x, b)
