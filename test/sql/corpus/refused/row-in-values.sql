-- expect: POLICY_DENIED
SELECT v.column1 FROM customers c, LATERAL (VALUES (c)) v
