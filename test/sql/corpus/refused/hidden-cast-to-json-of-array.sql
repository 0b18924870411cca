-- expect: NAME_NOT_AVAILABLE
SELECT jsonb_build_object('a', ARRAY['low'::urgency])
