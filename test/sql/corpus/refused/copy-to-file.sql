-- expect: STATEMENT_NOT_READ_ONLY
COPY (SELECT * FROM private.secrets) TO '/tmp/x'
