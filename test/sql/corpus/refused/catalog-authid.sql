-- expect: NAME_NOT_AVAILABLE
SELECT rolpassword FROM pg_authid
