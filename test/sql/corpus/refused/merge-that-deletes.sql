-- expect: POLICY_DENIED
-- intent: write
MERGE INTO orders o USING regions r ON r.id = o.id WHEN MATCHED THEN DELETE
