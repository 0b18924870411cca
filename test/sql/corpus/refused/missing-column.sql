-- expect: NAME_NOT_AVAILABLE
SELECT no_such_column FROM orders
