-- expect: ok
-- min-server: 16
SELECT '{"a":1}' IS JSON OBJECT, '[1]' IS JSON ARRAY WITH UNIQUE KEYS, 'x' IS NOT JSON
