-- expect: POLICY_DENIED
SELECT rolpassword FROM pg_authid
