-- expect: ok
SELECT pg_catalog.lower('A'), pg_catalog.count(*) FROM regions
