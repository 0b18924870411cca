-- expect: ok
SELECT room, min(lower(during)), max(upper(during)) FROM (SELECT room, during, sum(gap) OVER (PARTITION BY room ORDER BY lower(during)) AS island FROM (SELECT room, during, CASE WHEN lag(upper(during)) OVER (PARTITION BY room ORDER BY lower(during)) >= lower(during) THEN 0 ELSE 1 END AS gap FROM bookings) g) i GROUP BY room, island
