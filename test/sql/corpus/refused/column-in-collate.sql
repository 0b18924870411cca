-- expect: NAME_NOT_AVAILABLE
SELECT id FROM customers ORDER BY email COLLATE "C"
