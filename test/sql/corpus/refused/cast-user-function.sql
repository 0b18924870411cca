-- expect: NAME_NOT_AVAILABLE
SELECT 5::numeric::size3
