-- expect: ok
SELECT count(*) FROM events TABLESAMPLE SYSTEM (50)
