-- expect: ok
SELECT id, at <-> point(0, 0), area @> at, area && box '((0,0),(1,1))' FROM places LIMIT 2
