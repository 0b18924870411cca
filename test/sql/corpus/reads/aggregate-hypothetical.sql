-- expect: ok
SELECT rank(100.0) WITHIN GROUP (ORDER BY total) FROM orders
