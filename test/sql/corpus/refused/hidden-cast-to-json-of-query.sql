-- expect: NAME_NOT_AVAILABLE
-- min-server: 16
SELECT JSON_ARRAY(SELECT 'low'::urgency)
