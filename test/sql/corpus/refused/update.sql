-- expect: STATEMENT_NOT_READ_ONLY
UPDATE orders SET total = 0
