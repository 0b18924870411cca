-- expect: NAME_NOT_AVAILABLE
SELECT to_json('low'::urgency)
