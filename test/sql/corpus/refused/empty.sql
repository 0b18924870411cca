-- expect: STATEMENT_MULTIPLE
-- encoding: json
""
