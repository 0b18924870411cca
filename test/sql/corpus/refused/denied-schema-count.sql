-- expect: NAME_NOT_AVAILABLE
SELECT count(*) FROM hr.employees
