-- expect: NAME_NOT_AVAILABLE
SELECT (x).salary FROM jsonb_populate_recordset(NULL::hr.employees, '[]') x
