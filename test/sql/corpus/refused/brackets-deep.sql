-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT ARRAY",1],["[",700],["1",1],["]",700]]
