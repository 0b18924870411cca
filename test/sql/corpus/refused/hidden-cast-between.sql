-- expect: NAME_NOT_AVAILABLE
SELECT id FROM regions WHERE id BETWEEN 'low'::urgency AND 3
