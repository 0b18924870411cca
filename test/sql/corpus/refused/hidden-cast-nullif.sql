-- expect: NAME_NOT_AVAILABLE
SELECT nullif('low'::urgency, 1)
