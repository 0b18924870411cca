-- expect: STATEMENT_MULTIPLE
SELECT '\'; DROP TABLE orders --'
