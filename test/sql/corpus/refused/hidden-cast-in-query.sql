-- expect: NAME_NOT_AVAILABLE
SELECT id FROM regions WHERE 'low'::urgency IN (SELECT id FROM categories)
