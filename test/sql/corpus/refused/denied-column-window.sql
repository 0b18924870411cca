-- expect: NAME_NOT_AVAILABLE
SELECT row_number() OVER (ORDER BY email) FROM customers
