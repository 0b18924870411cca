-- expect: POLICY_DENIED
SELECT 'a' OPERATOR(public.===) 'b'
