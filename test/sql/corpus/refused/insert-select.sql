-- expect: STATEMENT_NOT_READ_ONLY
INSERT INTO regions SELECT id + 10, name FROM regions
