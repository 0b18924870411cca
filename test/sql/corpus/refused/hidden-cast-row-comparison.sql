-- expect: NAME_NOT_AVAILABLE
SELECT id FROM regions WHERE (id, name) < ('low'::urgency, 'x')
