-- expect: STATEMENT_NOT_READ_ONLY
ALTER DATABASE postgres SET default_transaction_read_only = off
