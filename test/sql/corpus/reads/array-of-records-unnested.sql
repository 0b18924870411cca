-- expect: ok
SELECT unnest(ARRAY[ROW(1, 2), ROW(3, 4)])
