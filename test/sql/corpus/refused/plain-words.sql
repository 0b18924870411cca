-- expect: STATEMENT_UNPARSABLE
please drop the orders table
