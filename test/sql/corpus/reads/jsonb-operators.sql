-- expect: ok
SELECT profile -> 'prefs' ->> 'lang', profile #>> '{visits,0}', profile @> '{"tier":1}', profile ? 'tier', profile ?| ARRAY['a', 'tier'], profile - 'tier' FROM customers LIMIT 3
