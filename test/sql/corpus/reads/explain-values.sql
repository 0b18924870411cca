-- expect: ok
EXPLAIN VALUES (1)
