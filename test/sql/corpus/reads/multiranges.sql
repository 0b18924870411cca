-- expect: ok
SELECT id, days @> date '2026-02-01', range_merge(days) FROM bookings WHERE during && tstzrange('2026-01-05', '2026-01-06') LIMIT 3
