-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT (1 -- \u2028)"
