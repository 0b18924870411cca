-- expect: NAME_NOT_AVAILABLE
SELECT umoptions FROM pg_user_mappings
