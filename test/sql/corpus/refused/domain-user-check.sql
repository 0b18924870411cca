-- expect: POLICY_DENIED
SELECT 'dirt'::clean_text
