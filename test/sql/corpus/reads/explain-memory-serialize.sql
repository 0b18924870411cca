-- expect: ok
-- min-server: 17
EXPLAIN (ANALYZE, MEMORY, SERIALIZE text) SELECT id FROM regions
