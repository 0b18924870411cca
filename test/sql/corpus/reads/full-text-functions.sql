-- expect: ok
SELECT to_tsvector('simple', title) || search, plainto_tsquery('fox dog'), phraseto_tsquery('brown fox'), numnode('a & b'::tsquery) FROM docs LIMIT 1
