-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT \"\udc00\""
