-- expect: ok
VALUES (3), (1), (2) ORDER BY column1 LIMIT 2
