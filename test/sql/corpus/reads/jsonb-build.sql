-- expect: ok
SELECT jsonb_build_object('id', id, 'lines', (SELECT jsonb_agg(jsonb_build_object('p', product_id, 'q', quantity)) FROM order_items i WHERE i.order_id = o.id)) FROM orders o LIMIT 2
