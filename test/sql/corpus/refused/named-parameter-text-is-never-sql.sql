-- expect: STATEMENT_NOT_READ_ONLY
-- parameters: {"t":"orders; DROP TABLE orders"}
DELETE FROM orders WHERE id = :t
