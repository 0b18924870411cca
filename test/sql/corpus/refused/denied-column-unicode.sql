-- expect: POLICY_DENIED
SELECT U&"e\006dail" FROM customers
