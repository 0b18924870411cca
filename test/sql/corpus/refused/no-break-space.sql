-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT\u00a0'1'"
