-- expect: POLICY_DENIED
SELECT u.email FROM unnest(ARRAY(SELECT c FROM customers c)) u
