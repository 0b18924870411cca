-- expect: ok
SELECT id, a.name, b.quota FROM regions a FULL JOIN sales.regions b USING (id)
