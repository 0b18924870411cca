-- expect: NAME_NOT_AVAILABLE
SELECT U&"e\006dail" FROM customers
