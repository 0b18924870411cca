-- expect: STATEMENT_NOT_READ_ONLY
INSERT INTO regions VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING *
