-- expect: ok
SELECT current_date, current_time(0), current_timestamp, localtime, localtimestamp(2), DATE '2026-01-01', INTERVAL '1' YEAR
