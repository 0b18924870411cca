-- expect: POLICY_DENIED
SELECT * FROM ROWS FROM (unnest(ARRAY(SELECT c FROM customers c)), generate_series(1, 2)) r
