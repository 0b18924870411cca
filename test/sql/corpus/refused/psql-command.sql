-- expect: STATEMENT_UNPARSABLE
\d orders
