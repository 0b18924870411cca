-- expect: STATEMENT_TOO_COMPLEX
-- encoding: repeat
[["SELECT 1 FROM regions r",1],[",regions",300]]
