-- expect: NAME_NOT_AVAILABLE
SELECT email FROM customers
