-- expect: STATEMENT_NOT_READ_ONLY
SET transaction_read_only = off
