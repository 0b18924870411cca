-- expect: NAME_NOT_AVAILABLE
SELECT id FROM orders TABLESAMPLE system (1) REPEATABLE ((SELECT length(email) FROM customers LIMIT 1))
