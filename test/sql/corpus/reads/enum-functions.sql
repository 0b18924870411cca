-- expect: ok
SELECT enum_range(NULL::order_status), enum_first(status), status > 'new' FROM orders LIMIT 1
