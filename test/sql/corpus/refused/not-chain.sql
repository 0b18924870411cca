-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT ",1],["NOT ",6000],["true",1]]
