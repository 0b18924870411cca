-- expect: NAME_NOT_AVAILABLE
SELECT c FROM customers c
