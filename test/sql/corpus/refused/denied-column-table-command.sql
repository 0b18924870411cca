-- expect: NAME_NOT_AVAILABLE
TABLE customers
