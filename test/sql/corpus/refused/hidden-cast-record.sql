-- expect: NAME_NOT_AVAILABLE
SELECT r.x FROM (SELECT ROW('low'::urgency)) q, json_to_record('{}') AS r(x int) WHERE r.x = 'low'::urgency
