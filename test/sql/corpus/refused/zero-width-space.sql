-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"SEL\u200bECT 1"
