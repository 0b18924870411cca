-- expect: NAME_NOT_AVAILABLE
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FILTER (WHERE email > 'a') FROM customers
