-- expect: ok
SELECT discount, 12.5::percentage, cast(7 AS percentage) FROM order_items LIMIT 2
