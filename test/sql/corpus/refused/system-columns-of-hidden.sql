-- expect: NAME_NOT_AVAILABLE
SELECT ctid FROM hr.employees
