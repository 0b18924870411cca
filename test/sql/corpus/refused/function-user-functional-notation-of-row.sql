-- expect: POLICY_DENIED
SELECT full_label(p) FROM products p
