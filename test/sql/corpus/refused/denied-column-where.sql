-- expect: POLICY_DENIED
SELECT id FROM customers WHERE email LIKE 'c1%'
