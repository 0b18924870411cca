-- expect: NAME_NOT_AVAILABLE
SELECT z.id FROM orders o
