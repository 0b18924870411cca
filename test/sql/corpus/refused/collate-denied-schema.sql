-- expect: NAME_NOT_AVAILABLE
SELECT name COLLATE hr.missing FROM customers
