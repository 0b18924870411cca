-- expect: NAME_NOT_AVAILABLE
SELECT id FROM regions WHERE id IN ('low'::urgency, 2)
