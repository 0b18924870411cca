-- expect: NAME_NOT_AVAILABLE
-- intent: write
INSERT INTO orders (id, customer_id, status, total, created_at) VALUES (1, 1, 'new', 1, now()) ON CONFLICT ON CONSTRAINT customers_pkey DO NOTHING
