-- expect: REQUEST_INVALID
-- parameters: {"n":"1"}
SELECT tags[1:n] FROM customers
