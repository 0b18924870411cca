-- expect: NAME_NOT_AVAILABLE
SELECT id FROM orders OFFSET (SELECT length(min(email)) FROM customers)
