-- expect: NAME_NOT_AVAILABLE
SELECT (json_populate_record(r, '{"body":"dirt"}')).body FROM remarks r
