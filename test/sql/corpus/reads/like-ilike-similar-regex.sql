-- expect: ok
SELECT id FROM products WHERE title LIKE 'Prod%' ESCAPE '!' AND sku ILIKE 'sku-1_' AND title SIMILAR TO '%(1|2)%' AND sku ~* '^sku' AND title !~ 'zzz'
