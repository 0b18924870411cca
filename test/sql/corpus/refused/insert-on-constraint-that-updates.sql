-- expect: POLICY_DENIED
-- intent: write
INSERT INTO orders (id, customer_id, status, total, created_at) VALUES (1, 1, 'new', 1, now()) ON CONFLICT ON CONSTRAINT orders_pkey DO UPDATE SET total = 0
