-- expect: REQUEST_INVALID
-- parameters: {"x":"1"}
SELECT json_object('a':x)
