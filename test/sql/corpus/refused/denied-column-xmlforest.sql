-- expect: POLICY_DENIED
SELECT xmlforest(email) FROM customers
