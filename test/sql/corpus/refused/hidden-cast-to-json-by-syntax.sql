-- expect: NAME_NOT_AVAILABLE
-- min-server: 16
SELECT JSON_OBJECT('a': 'low'::urgency)
