-- expect: POLICY_DENIED
SELECT * FROM json_to_record('{"x":"hr.employees"}') AS r(x regclass)
