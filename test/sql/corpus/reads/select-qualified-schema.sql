-- expect: ok
SELECT o.id, o.total FROM public.orders AS o WHERE o.status = 'paid'
