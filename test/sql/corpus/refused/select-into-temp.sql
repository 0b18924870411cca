-- expect: STATEMENT_NOT_READ_ONLY
SELECT id INTO TEMP orders FROM private.secrets
