-- expect: POLICY_DENIED
SELECT format('%s', c.*) FROM customers c
