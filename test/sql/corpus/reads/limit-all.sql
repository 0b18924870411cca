-- expect: ok
SELECT id FROM regions LIMIT ALL OFFSET 0
