-- expect: POLICY_DENIED
SELECT discounted(10, 5)
