-- expect: ok
-- parameters: ["5","DE"]
SELECT id, name FROM customers WHERE id < $1::bigint AND country = $2
