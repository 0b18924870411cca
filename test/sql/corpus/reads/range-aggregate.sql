-- expect: ok
SELECT room, range_agg(during) FROM bookings GROUP BY room
