-- expect: STATEMENT_NOT_READ_ONLY
-- action: explain
EXPLAIN (ANALYZE 'on') SELECT 1
