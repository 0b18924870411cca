-- expect: NAME_NOT_AVAILABLE
SELECT j.email FROM (customers JOIN regions USING (id, name)) AS j
