-- expect: ok
SELECT count(*) FROM orders NATURAL JOIN v_open_orders
