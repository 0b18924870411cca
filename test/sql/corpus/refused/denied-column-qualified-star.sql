-- expect: NAME_NOT_AVAILABLE
SELECT c.* FROM orders o JOIN customers c ON c.id = o.customer_id
