-- expect: ok
SELECT '42'::int, cast('2026-01-01' AS date), int4 '7', float8 '1e3', 'x'::char(3), 1.5::numeric(4, 1), '{1,2}'::int[], true::int, '1 day'::interval, E'\\xDEADBEEF'::bytea
