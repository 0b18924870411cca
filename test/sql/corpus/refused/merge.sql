-- expect: STATEMENT_NOT_READ_ONLY
MERGE INTO regions r USING sales.regions s ON r.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name)
