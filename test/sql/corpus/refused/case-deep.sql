-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT ",1],["CASE WHEN true THEN ",1000],["1",1],[" END",1000]]
