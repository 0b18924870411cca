-- expect: POLICY_DENIED
SELECT inet_server_addr()
