-- expect: STATEMENT_NOT_READ_ONLY
-- action: explain
EXPLAIN (ANALYZE off, ANALYZE on) SELECT 1
