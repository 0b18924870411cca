-- expect: STATEMENT_TOO_COMPLEX
-- stage: references
SELECT json_populate_record((SELECT (array_agg(ROW(body)))[1] FROM remarks), '{"f1":"dirt"}')
