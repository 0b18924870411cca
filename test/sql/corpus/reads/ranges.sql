-- expect: ok
SELECT id, lower(valid), upper_inc(valid), valid @> date '2025-06-01', valid && daterange('2025-01-01', '2025-02-01', '[]'), bands * price_range(5, 20) FROM products LIMIT 3
