-- expect: ok
SELECT ARRAY[]::int[], NULL::numeric, NULL
