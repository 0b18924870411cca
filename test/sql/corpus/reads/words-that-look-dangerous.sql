-- expect: ok
SELECT 'DROP TABLE x; COMMIT' AS "delete", id AS update, name AS "insert into" FROM regions WHERE name <> 'truncate'
