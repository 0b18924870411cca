-- expect: POLICY_DENIED
SELECT u.c3 FROM unnest(ARRAY(SELECT c FROM customers c)) AS u(c1, c2, c3)
