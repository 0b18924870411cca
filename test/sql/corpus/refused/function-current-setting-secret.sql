-- expect: POLICY_DENIED
SELECT current_setting('data_directory')
