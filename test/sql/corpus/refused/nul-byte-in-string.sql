-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT 'a\u0000b'"
