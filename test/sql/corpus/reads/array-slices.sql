-- expect: ok
SELECT (ARRAY[1, 2, 3, 4])[2:3], (ARRAY[[1, 2], [3, 4]])[1][2], ('{1,2,3}'::int[])[:2]
