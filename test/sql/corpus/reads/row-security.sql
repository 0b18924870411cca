-- expect: ok
SELECT t.id, v.title FROM tickets t JOIN v_tickets v USING (id) ORDER BY 1
