-- expect: NAME_NOT_AVAILABLE
SELECT c.json_agg FROM customers c
