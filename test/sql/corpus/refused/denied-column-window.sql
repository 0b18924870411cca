-- expect: POLICY_DENIED
SELECT row_number() OVER (ORDER BY email) FROM customers
