-- expect: ok
WITH RECURSIVE tree(id, name) AS (SELECT id, name FROM categories WHERE parent_id IS NULL UNION ALL SELECT c.id, c.name FROM categories c, tree t WHERE c.parent_id = t.id) SEARCH DEPTH FIRST BY id SET ord SELECT name FROM tree ORDER BY ord
