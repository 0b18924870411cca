-- expect: NAME_NOT_AVAILABLE
SELECT 1 FROM orders o JOIN regions r ON EXISTS (SELECT FROM hr.employees)
