-- expect: NAME_NOT_AVAILABLE
SELECT c.x FROM customers AS c(a, b, x)
