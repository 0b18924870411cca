-- expect: NAME_NOT_AVAILABLE
SELECT l.e FROM customers c, LATERAL (SELECT c.email AS e) l
