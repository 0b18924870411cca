-- expect: NAME_NOT_AVAILABLE
SELECT * FROM jsonb_to_record('{"a":"x"}') AS r(a clean_text)
