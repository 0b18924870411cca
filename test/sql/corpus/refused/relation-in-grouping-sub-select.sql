-- expect: NAME_NOT_AVAILABLE
SELECT count(*) FROM orders GROUP BY (SELECT max(salary) FROM hr.employees)
