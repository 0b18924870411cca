-- expect: ok
SELECT "orders"."id" AS t0_r0, "orders"."total" AS t0_r1, "customers"."id" AS t1_r0 FROM "orders" LEFT OUTER JOIN "customers" ON "customers"."id" = "orders"."customer_id" WHERE "orders"."status" IN ('new', 'paid') ORDER BY "orders"."id" ASC LIMIT 20 OFFSET 0
