-- expect: NAME_NOT_AVAILABLE
SELECT to_json((array_agg(ROW('low'::urgency)))[1])
