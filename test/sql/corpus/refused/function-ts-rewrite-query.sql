-- expect: FUNCTION_FORBIDDEN
SELECT ts_rewrite('a'::tsquery, 'select to_tsquery(secret), to_tsquery(secret) from private.secrets')
