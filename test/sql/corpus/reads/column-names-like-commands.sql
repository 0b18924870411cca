-- expect: ok
SELECT 1 AS copy, 2 AS call, 3 AS listen, 4 AS lock, 5 AS execute, 6 AS prepare
