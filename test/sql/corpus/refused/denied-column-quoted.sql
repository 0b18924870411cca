-- expect: NAME_NOT_AVAILABLE
SELECT "email" FROM "public"."customers"
