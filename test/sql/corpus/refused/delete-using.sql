-- expect: STATEMENT_NOT_READ_ONLY
DELETE FROM orders USING customers WHERE customers.id = orders.customer_id
