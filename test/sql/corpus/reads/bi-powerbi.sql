-- expect: ok
select "_"."id", "_"."total" from ( select "rows"."id" as "id", "rows"."total" as "total" from "public"."orders" "rows" ) "_" where "_"."total" >= 10 and "_"."total" < 20 order by "_"."id" limit 1001
