-- expect: REQUEST_INVALID
-- parameters: ["1"]
SELECT $1, $2
