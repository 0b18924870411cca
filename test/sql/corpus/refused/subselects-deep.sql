-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT ",1],["(SELECT ",3000],["1",1],[")",3000]]
