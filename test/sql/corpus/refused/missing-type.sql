-- expect: NAME_NOT_AVAILABLE
SELECT 'x'::no_such_type
