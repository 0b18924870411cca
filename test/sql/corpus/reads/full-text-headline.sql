-- expect: ok
SELECT ts_headline('english', body, websearch_to_tsquery('english', '"brown fox" -cat')) FROM docs LIMIT 1
