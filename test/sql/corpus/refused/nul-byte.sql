-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT 1 \u0000; DROP TABLE orders"
