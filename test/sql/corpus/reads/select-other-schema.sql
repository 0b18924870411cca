-- expect: ok
SELECT name, quota FROM sales.regions ORDER BY quota DESC
