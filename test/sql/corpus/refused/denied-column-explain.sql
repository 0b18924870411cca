-- expect: NAME_NOT_AVAILABLE
EXPLAIN SELECT email FROM customers
