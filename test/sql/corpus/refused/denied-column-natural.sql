-- expect: NAME_NOT_AVAILABLE
SELECT 1 FROM customers a NATURAL JOIN customers b
