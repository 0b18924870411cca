-- expect: ok
SELECT regexp_replace(name, '[0-9]+', '#', 'g'), (regexp_match(name, '(\d+)'))[1], regexp_count(name, 'o') FROM customers LIMIT 2
