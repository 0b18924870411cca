-- expect: NAME_NOT_AVAILABLE
SELECT count(*) FILTER (WHERE email IS NULL) FROM customers
