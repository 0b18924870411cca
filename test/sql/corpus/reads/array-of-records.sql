-- expect: ok
SELECT ARRAY[ROW(1, 2)] = ARRAY[ROW(1, 2)] AS same, r FROM unnest(ARRAY[ROW(1, 'a'::text), ROW(2, 'b'::text)]) AS t(r int, s text)
