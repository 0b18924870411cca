-- expect: NAME_NOT_AVAILABLE
SELECT 1 FROM (SELECT id FROM regions) a JOIN (SELECT id, email FROM customers) b USING (id)
