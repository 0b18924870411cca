-- expect: ok
SELECT 1 AS one FROM "customers" WHERE "customers"."id" = 1 LIMIT 1
