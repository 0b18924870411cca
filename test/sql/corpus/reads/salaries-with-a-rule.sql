-- expect: ok
-- rules: select hr.*
SELECT d.name, avg(e.salary) FROM hr.employees e JOIN hr.departments d ON d.id = e.department_id GROUP BY d.name
