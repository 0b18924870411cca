-- expect: ok
-- rules: select hr.*
WITH RECURSIVE chain AS (SELECT id, manager_id, name FROM hr.employees WHERE id = 40 UNION SELECT e.id, e.manager_id, e.name FROM hr.employees e JOIN chain c ON e.id = c.manager_id) SELECT name FROM chain
