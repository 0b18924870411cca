-- expect: ok
SELECT ctid, xmin FROM regions
