-- expect: NAME_NOT_AVAILABLE
SELECT NULL::customers
