-- expect: ok
SELECT key, gen_random_uuid(), random() < 2 FROM places LIMIT 1
