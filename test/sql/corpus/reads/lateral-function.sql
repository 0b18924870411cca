-- expect: ok
SELECT d.id, t.tag FROM docs d, jsonb_array_elements_text(d.meta -> 'tags') AS t(tag) LIMIT 5
