-- expect: POLICY_DENIED
-- min-server: 16
SELECT JSON_OBJECT('c' : c) FROM customers c
