-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SELECT '\ud800'"
