-- expect: ok
SELECT status, count(*) FROM orders GROUP BY ALL status
