-- expect: ok
SELECT now() - interval '1 day', current_date + 7, age(created_at), created_at AT TIME ZONE 'Europe/Berlin', extract(dow FROM created_at), to_char(created_at, 'YYYY-MM-DD') FROM orders LIMIT 2
