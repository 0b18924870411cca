-- expect: NAME_NOT_AVAILABLE
SELECT sum(id) OVER (ORDER BY id ROWS (SELECT length(max(email)) FROM customers) PRECEDING) FROM customers
