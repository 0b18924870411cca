-- expect: POLICY_DENIED
SELECT * FROM recent_orders(3)
