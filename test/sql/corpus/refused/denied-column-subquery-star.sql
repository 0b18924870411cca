-- expect: NAME_NOT_AVAILABLE
SELECT s.x FROM (SELECT * FROM customers) s(a, b, x)
