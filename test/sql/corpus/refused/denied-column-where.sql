-- expect: NAME_NOT_AVAILABLE
SELECT id FROM customers WHERE email LIKE 'c1%'
