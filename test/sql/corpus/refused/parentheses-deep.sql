-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT ",1],["(",5000],["1",1],[")",5000]]
