-- expect: REQUEST_INVALID
-- parameters: {"a":"1","b":"2"}
SELECT :a, ':b'
