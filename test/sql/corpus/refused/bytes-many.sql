-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT '",1],["x",40000],["'",1]]
