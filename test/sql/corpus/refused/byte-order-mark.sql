-- expect: STATEMENT_UNPARSABLE
-- encoding: json
"\ufeffSELECT 1"
