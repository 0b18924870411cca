-- expect: ok
SELECT public.order_total(1::bigint)
