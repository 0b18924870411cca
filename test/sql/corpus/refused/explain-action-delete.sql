-- expect: STATEMENT_NOT_READ_ONLY
-- action: explain
DELETE FROM orders
