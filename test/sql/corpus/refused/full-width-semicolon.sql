-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT 1\uff1b DROP TABLE orders"
