-- expect: NAME_NOT_AVAILABLE
SELECT c IS NULL FROM customers c
