-- expect: NAME_NOT_AVAILABLE
SELECT a.id FROM customers a JOIN customers b ON a = b
