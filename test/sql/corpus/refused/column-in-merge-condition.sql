-- expect: NAME_NOT_AVAILABLE
-- intent: write
MERGE INTO orders o USING customers c ON c.id = o.customer_id WHEN NOT MATCHED AND c.email IS NULL THEN INSERT (id, customer_id, status, total, created_at) VALUES (c.id, c.id, 'new', 1, now())
