-- expect: ok
SELECT country, date_part('year', created_at) AS y, count(*), grouping(country) FROM customers GROUP BY GROUPING SETS ((country), (date_part('year', created_at)), ()) ORDER BY 1, 2
