-- expect: ok
SELECT id FROM orders WHERE ((((total > 1 AND total < 5) OR (total > 10 AND total < 15)) AND NOT (status = 'new')) OR id = 1) IS TRUE
