-- expect: ok
SELECT a.name, b.name FROM regions a JOIN sales.regions b USING (id)
