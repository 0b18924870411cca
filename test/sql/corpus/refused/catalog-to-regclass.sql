-- expect: POLICY_DENIED
SELECT to_regclass('private.secrets')
