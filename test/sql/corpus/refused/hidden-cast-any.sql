-- expect: NAME_NOT_AVAILABLE
SELECT id FROM regions WHERE id = ANY (ARRAY['low'::urgency])
