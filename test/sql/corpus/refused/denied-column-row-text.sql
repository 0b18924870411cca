-- expect: NAME_NOT_AVAILABLE
SELECT c::text FROM customers c
