-- expect: ok
-- rules: @introspection
SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relname = 'orders'
