-- expect: ok
SELECT t.id, v.title FROM claims t JOIN v_claims v USING (id) ORDER BY 1
