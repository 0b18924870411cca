-- expect: NAME_NOT_AVAILABLE
SELECT (ARRAY['low'::urgency])::int[]
