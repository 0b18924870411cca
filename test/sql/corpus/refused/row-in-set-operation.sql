-- expect: POLICY_DENIED
SELECT c FROM customers c EXCEPT SELECT c FROM customers c
