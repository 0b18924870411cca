-- expect: NAME_NOT_AVAILABLE
SELECT * FROM recent_orders(3)
