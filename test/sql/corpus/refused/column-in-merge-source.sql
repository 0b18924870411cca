-- expect: NAME_NOT_AVAILABLE
-- intent: write
MERGE INTO orders o USING customers c ON c.id = o.customer_id WHEN NOT MATCHED THEN INSERT (id, customer_id, status, total, created_at, note) VALUES (c.id, c.id, 'new', 1, now(), c.email)
