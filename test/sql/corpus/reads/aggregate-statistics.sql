-- expect: ok
SELECT corr(quantity, unit_price), regr_slope(quantity, unit_price), stddev_samp(unit_price), var_pop(unit_price) FROM order_items
