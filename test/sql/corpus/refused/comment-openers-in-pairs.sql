-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT 1 ",1],["/**/",1000]]
