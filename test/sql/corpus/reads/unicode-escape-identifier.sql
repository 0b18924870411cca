-- expect: ok
SELECT U&"\00ab" FROM (SELECT 1 AS "«") s
