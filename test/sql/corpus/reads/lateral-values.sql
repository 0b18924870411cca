-- expect: ok
SELECT o.id, v.k, v.x FROM orders o CROSS JOIN LATERAL (VALUES ('total', o.total), ('twice', o.total * 2)) v(k, x) LIMIT 4
