-- expect: ok
TABLE sales.targets ORDER BY month LIMIT 3
