-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT 1 ",1],["+-",15000],["1",1]]
