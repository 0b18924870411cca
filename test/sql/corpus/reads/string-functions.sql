-- expect: ok
SELECT upper(name), substring(name FROM 1 FOR 3), position('o' IN name), trim(both ' ' from name), overlay(name placing 'X' from 1 for 1), split_part(name, ' ', 2), format('%s-%L', id, name) FROM customers LIMIT 2
