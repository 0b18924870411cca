-- expect: NAME_NOT_AVAILABLE
SELECT DISTINCT ON (email) id FROM customers
