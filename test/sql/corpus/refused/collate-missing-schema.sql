-- expect: NAME_NOT_AVAILABLE
SELECT name COLLATE missing.missing FROM customers
