-- expect: NAME_NOT_AVAILABLE
SELECT sum(quantity) OVER (w RANGE 'low'::urgency PRECEDING) FROM order_items WINDOW w AS (ORDER BY line_no)
