-- expect: ok
SELECT j.id FROM regions JOIN sales.regions r2 USING (id) AS j
