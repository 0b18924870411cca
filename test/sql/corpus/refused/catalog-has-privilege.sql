-- expect: POLICY_DENIED
SELECT has_table_privilege('private.secrets', 'select')
