-- expect: ok
SELECT CAST(DATE_TRUNC( 'MONTH', CAST("orders"."created_at" AS TIMESTAMP WITHOUT TIME ZONE) ) AS TIMESTAMP WITHOUT TIME ZONE) AS "tmn:created_at:ok", SUM("orders"."total") AS "sum:total:ok" FROM "public"."orders" "orders" GROUP BY 1
