-- expect: NAME_NOT_AVAILABLE
SELECT orders.id FROM orders o
