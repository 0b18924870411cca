-- expect: ok
SELECT bool_and(total > 0), every(total > 1), bit_or(customer_id) FROM orders
