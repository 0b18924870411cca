-- expect: POLICY_DENIED
TABLE customers
