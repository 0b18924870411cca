-- expect: NAME_NOT_AVAILABLE
-- intent: write
INSERT INTO orders (id, customer_id, status, total, created_at) VALUES (9, 1, 'new', 1, now()) RETURNING (SELECT email FROM customers LIMIT 1)
