-- expect: NAME_NOT_AVAILABLE
SELECT format('%s', 1 + 'low'::urgency), make_interval(days => 'low'::urgency)
