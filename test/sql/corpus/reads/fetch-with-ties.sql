-- expect: ok
SELECT id, status FROM orders ORDER BY status FETCH FIRST 2 ROWS WITH TIES
