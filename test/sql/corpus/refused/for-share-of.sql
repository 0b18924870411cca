-- expect: STATEMENT_NOT_READ_ONLY
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id FOR SHARE OF o NOWAIT
