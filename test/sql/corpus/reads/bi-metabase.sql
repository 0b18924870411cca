-- expect: ok
SELECT "source"."country" AS "country", count(*) AS "count" FROM (SELECT "public"."customers"."id" AS "id", "public"."customers"."country" AS "country", (CAST(extract(month from "public"."customers"."created_at") AS integer)) AS "m" FROM "public"."customers") AS "source" GROUP BY "source"."country" ORDER BY "count" DESC, "source"."country" ASC LIMIT 2000
