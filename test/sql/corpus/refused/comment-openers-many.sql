-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["/*",15000]]
