-- expect: NAME_NOT_AVAILABLE
SELECT id FROM customers WINDOW w AS (ORDER BY email)
