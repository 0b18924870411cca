-- expect: ok
SELECT c.id, v.label FROM customers c CROSS JOIN (VALUES ('a'), ('b')) AS v(label) LIMIT 4
