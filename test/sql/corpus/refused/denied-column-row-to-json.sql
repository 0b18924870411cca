-- expect: NAME_NOT_AVAILABLE
SELECT row_to_json(c) FROM customers c
