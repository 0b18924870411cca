-- expect: STATEMENT_NOT_READ_ONLY
UPDATE orders o SET total = 0 FROM customers c WHERE c.id = o.customer_id RETURNING o.id
