-- expect: NAME_NOT_AVAILABLE
SELECT (xpath('/a', '<a/>'))[1]::text::hr.employees
