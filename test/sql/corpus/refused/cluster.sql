-- expect: STATEMENT_NOT_READ_ONLY
CLUSTER orders USING orders_customer
