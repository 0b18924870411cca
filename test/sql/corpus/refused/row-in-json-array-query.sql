-- expect: POLICY_DENIED
-- min-server: 16
SELECT JSON_ARRAY(SELECT c FROM customers c)
