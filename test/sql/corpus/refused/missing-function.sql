-- expect: NAME_NOT_AVAILABLE
SELECT no_such_function(1)
