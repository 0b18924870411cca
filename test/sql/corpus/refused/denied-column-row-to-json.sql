-- expect: POLICY_DENIED
SELECT row_to_json(c) FROM customers c
