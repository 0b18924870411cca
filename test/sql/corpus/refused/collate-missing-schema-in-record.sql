-- expect: NAME_NOT_AVAILABLE
SELECT * FROM json_to_record('{}') AS r(x text COLLATE missing.missing)
