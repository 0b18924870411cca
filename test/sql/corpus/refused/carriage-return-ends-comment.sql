-- expect: STATEMENT_MULTIPLE
-- encoding: json
"SELECT 1 -- comment\r; DROP TABLE orders"
