-- expect: ok
SELECT date_bin('15 minutes', taken_at, timestamp '2025-01-01'), (taken_at, taken_at + interval '1 hour') OVERLAPS (timestamp '2025-06-01', timestamp '2025-06-02') FROM measurements LIMIT 3
