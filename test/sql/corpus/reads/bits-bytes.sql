-- expect: ok
SELECT flags & B'0110', get_bit(flags, 0), encode(raw, 'hex'), sha256(raw), X'1F'::int, length(raw) FROM places LIMIT 1
