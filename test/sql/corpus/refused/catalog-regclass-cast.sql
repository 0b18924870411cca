-- expect: POLICY_DENIED
SELECT 'private.secrets'::regclass
