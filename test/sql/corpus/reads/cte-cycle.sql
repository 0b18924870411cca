-- expect: ok
WITH RECURSIVE walk(id, parent_id) AS (SELECT id, parent_id FROM categories UNION ALL SELECT c.id, c.parent_id FROM categories c JOIN walk w ON c.parent_id = w.id) CYCLE id SET looped USING path SELECT count(*) FROM walk WHERE NOT looped
