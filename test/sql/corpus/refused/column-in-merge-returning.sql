-- expect: POLICY_DENIED
-- intent: write
-- min-server: 17
MERGE INTO orders o USING customers c ON c.id = o.customer_id WHEN NOT MATCHED THEN INSERT (id, customer_id, status, total, created_at) VALUES (c.id, c.id, 'new', 1, now()) RETURNING merge_action(), c
