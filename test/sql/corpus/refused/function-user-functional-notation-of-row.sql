-- expect: NAME_NOT_AVAILABLE
SELECT full_label(p) FROM products p
