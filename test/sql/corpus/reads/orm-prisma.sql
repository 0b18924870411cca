-- expect: ok
SELECT "public"."orders"."id", "public"."orders"."total" FROM "public"."orders" WHERE ("public"."orders"."id" >= (SELECT "public"."orders"."id" FROM "public"."orders" WHERE ("public"."orders"."id") = (10)) AND 1=1) ORDER BY "public"."orders"."id" ASC LIMIT 5 OFFSET 0
