-- expect: NAME_NOT_AVAILABLE
SELECT name FROM regions UNION ALL SELECT email FROM customers
