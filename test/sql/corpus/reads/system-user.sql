-- expect: ok
-- min-server: 16
SELECT system_user
