-- expect: ok
SELECT count(*) FROM measurements *
