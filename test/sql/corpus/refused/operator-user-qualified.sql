-- expect: NAME_NOT_AVAILABLE
SELECT 'a' OPERATOR(public.===) 'b'
