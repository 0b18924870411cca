-- expect: ok
SELECT count(*) FROM events_2025 WHERE kind = 'buy'
