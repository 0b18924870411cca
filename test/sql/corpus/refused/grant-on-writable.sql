-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
GRANT ALL ON orders TO PUBLIC
