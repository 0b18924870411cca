-- expect: FUNCTION_FORBIDDEN
SELECT x FROM v_runs_sql
