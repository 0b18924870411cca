-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
CREATE TABLE t (a int)
