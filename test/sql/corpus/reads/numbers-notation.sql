-- expect: ok
-- min-server: 16
SELECT 1_000_000, 0xFF, 0o17, 0b101, 1e-3, .5
