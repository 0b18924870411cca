-- expect: NAME_NOT_AVAILABLE
SELECT tags['low'::urgency] FROM customers
