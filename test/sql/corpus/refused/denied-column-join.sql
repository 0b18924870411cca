-- expect: NAME_NOT_AVAILABLE
SELECT 1 FROM customers c JOIN regions r ON r.name = c.email
