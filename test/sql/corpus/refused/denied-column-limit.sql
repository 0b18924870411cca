-- expect: NAME_NOT_AVAILABLE
SELECT 1 LIMIT (SELECT length(max(email)) FROM customers)
