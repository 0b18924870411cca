-- expect: NAME_NOT_AVAILABLE
SELECT * FROM json_to_record('{}') AS t(a hr.employees)
