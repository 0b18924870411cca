-- expect: ok
SELECT id FROM orders WHERE shipped_at IS NOT DISTINCT FROM NULL AND (note IS NULL) IS NOT TRUE
