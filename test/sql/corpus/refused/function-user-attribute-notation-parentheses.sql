-- expect: POLICY_DENIED
SELECT (p).full_label FROM products p
