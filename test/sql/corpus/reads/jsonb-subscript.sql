-- expect: ok
SELECT (profile['prefs'])['lang'] FROM customers LIMIT 1
