-- expect: ok
SELECT current_user, session_user, current_catalog, current_schema, user, current_role, version()
