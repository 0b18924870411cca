-- expect: ok
-- min-server: 16
SELECT json_array(SELECT id FROM regions ORDER BY id RETURNING jsonb)
