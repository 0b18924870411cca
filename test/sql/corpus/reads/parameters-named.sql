-- expect: ok
-- parameters: {"id":"3","country":"DE"}
SELECT id, name FROM customers WHERE id > :id::bigint AND country = :country AND name <> ':id'
