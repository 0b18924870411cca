-- expect: ok
select o1_0.id,o1_0.customer_id,o1_0.total from public.orders o1_0 where o1_0.total>100 and o1_0.note is null offset 0 rows fetch first 10 rows only
