-- expect: ok
-- rules: @introspection
SELECT 'orders'::regclass::text, to_regclass('public.orders')
