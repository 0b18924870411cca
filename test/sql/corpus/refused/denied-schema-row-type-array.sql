-- expect: NAME_NOT_AVAILABLE
SELECT '{}'::hr.employees[]
