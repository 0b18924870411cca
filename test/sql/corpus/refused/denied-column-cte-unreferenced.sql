-- expect: POLICY_DENIED
WITH t AS (SELECT email FROM customers) SELECT 1
