-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT j.a FROM customers c, JSON_TABLE(c.profile, '$' PASSING c.email AS e COLUMNS (a text PATH '$.a')) j
