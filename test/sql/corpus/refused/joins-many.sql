-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT 1 FROM regions",1],[" NATURAL JOIN regions",400]]
