-- expect: ok
SELECT count(*) FROM v_open_orders
