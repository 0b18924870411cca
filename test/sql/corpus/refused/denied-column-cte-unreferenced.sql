-- expect: NAME_NOT_AVAILABLE
WITH t AS (SELECT email FROM customers) SELECT 1
