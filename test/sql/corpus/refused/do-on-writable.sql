-- expect: STATEMENT_NOT_READ_ONLY
-- intent: write
DO $$ BEGIN NULL; END $$
