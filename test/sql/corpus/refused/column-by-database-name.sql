-- expect: NAME_NOT_AVAILABLE
SELECT corpus.public.customers.email FROM customers
