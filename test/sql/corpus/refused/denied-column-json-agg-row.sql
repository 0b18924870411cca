-- expect: POLICY_DENIED
SELECT c.json_agg FROM customers c
