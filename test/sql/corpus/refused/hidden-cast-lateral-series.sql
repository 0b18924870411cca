-- expect: NAME_NOT_AVAILABLE
SELECT g FROM (SELECT 'low'::urgency AS u) q, generate_series(1, u) g
