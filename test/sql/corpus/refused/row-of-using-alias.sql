-- expect: NAME_NOT_AVAILABLE
SELECT c.* FROM customers c JOIN customers d USING (id, email) AS j
