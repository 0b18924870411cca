-- expect: POLICY_DENIED
WITH t AS (SELECT * FROM customers) SELECT id FROM t
