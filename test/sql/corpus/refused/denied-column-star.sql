-- expect: NAME_NOT_AVAILABLE
SELECT * FROM customers
