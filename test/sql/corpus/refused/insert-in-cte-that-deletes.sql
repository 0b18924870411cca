-- expect: POLICY_DENIED
-- intent: write
WITH d AS (DELETE FROM orders RETURNING id) INSERT INTO orders (id, customer_id, status, total, created_at) SELECT id, 1, 'new', 1, now() FROM d
