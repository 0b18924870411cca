-- expect: REQUEST_INVALID
-- parameters: ["1","2"]
SELECT $1
