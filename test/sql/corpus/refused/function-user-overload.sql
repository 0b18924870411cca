-- expect: NAME_NOT_AVAILABLE
SELECT order_total(1, 2.0)
