-- expect: NAME_NOT_AVAILABLE
SELECT string_agg(name, ',' ORDER BY email) FROM customers
