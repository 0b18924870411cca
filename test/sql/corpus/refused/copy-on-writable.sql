-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
COPY orders FROM STDIN
