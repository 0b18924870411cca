-- expect: STATEMENT_MULTIPLE
SELECT 1 /* -- */ ; DELETE FROM orders -- */
