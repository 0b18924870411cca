-- expect: ok
SELECT tableoid, count(*) FROM events GROUP BY tableoid
