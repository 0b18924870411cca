-- expect: ok
SELECT g, g * 2 FROM generate_series(1, 3) g
