-- expect: NAME_NOT_AVAILABLE
SELECT * FROM jsonb_populate_record(NULL::customers, '{}')
