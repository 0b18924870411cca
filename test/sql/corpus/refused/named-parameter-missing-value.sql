-- expect: REQUEST_INVALID
-- parameters: {"a":"1"}
SELECT :a, :b
