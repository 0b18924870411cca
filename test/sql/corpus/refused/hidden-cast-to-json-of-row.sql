-- expect: NAME_NOT_AVAILABLE
SELECT json_agg(q) FROM (SELECT 'low'::urgency AS u) q
