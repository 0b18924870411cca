-- expect: STATEMENT_MULTIPLE
SELECT E'\''; DROP TABLE orders --'
