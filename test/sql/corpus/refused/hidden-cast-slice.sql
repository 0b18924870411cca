-- expect: NAME_NOT_AVAILABLE
SELECT tags[1:'low'::urgency] FROM customers
