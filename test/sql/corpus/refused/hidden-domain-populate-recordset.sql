-- expect: NAME_NOT_AVAILABLE
SELECT p.body FROM (SELECT body FROM remarks) q, jsonb_populate_recordset(from_json => '[{"body":"dirt"}]', base => q) p
