-- expect: NAME_NOT_AVAILABLE
SELECT * FROM no_such_table
