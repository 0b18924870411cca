-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
UPDATE orders SET total = 0 WHERE CURRENT OF c
