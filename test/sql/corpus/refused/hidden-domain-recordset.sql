-- expect: NAME_NOT_AVAILABLE
SELECT * FROM jsonb_to_recordset('[]') AS t(a clean_text)
