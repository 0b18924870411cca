-- expect: ok
SELECT CASE status WHEN 'new' THEN 1 WHEN 'paid' THEN 2 END FROM orders LIMIT 5
