-- expect: ok
-- min-server: 16
SELECT country, any_value(name) FROM customers GROUP BY country
