-- expect: ok
SELECT x.total FROM (orders x JOIN order_items y ON y.order_id = x.id) WHERE y.line_no = 1 LIMIT 3
