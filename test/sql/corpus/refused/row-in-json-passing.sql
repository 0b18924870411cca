-- expect: NAME_NOT_AVAILABLE
-- min-server: 17
SELECT JSON_EXISTS(profile, '$ ? (@ == $c)' PASSING c.email AS c) FROM customers c
