-- expect: ok
SELECT "orders"."id", COUNT("order_items"."line_no") AS "lines" FROM "orders" LEFT OUTER JOIN "order_items" ON ("orders"."id" = "order_items"."order_id") GROUP BY "orders"."id" HAVING COUNT("order_items"."line_no") > 1 ORDER BY "lines" DESC LIMIT 21
