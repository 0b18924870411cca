-- expect: ok
SELECT FROM regions
