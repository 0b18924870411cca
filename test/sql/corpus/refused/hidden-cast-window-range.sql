-- expect: NAME_NOT_AVAILABLE
SELECT sum(total) OVER (ORDER BY customer_id::int RANGE BETWEEN 'low'::urgency PRECEDING AND CURRENT ROW) FROM orders
