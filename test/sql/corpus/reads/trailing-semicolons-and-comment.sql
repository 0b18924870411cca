-- expect: ok
SELECT 1; ; -- done
