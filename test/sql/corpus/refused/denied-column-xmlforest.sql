-- expect: NAME_NOT_AVAILABLE
SELECT xmlforest(email) FROM customers
