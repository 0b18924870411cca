-- expect: ok
SELECT * FROM v_headcount
