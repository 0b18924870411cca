-- expect: STATEMENT_NOT_READ_ONLY
CREATE INDEX ON orders (total)
