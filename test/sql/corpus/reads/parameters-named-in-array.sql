-- expect: ok
-- parameters: {"a":"1","b":"2"}
SELECT ARRAY[:a::int, :b::int], (ARRAY[1, 2, 3])[(:a::int)], 'x'::text
