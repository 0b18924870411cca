-- expect: ok
SELECT make_interval(days => 3, hours => 2), make_date(2026, 1, 2)
