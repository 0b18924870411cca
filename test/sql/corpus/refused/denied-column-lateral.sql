-- expect: POLICY_DENIED
SELECT l.e FROM customers c, LATERAL (SELECT c.email AS e) l
