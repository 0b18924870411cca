-- expect: NAME_NOT_AVAILABLE
SELECT (p).full_label FROM products p
