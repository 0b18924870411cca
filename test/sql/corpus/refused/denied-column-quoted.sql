-- expect: POLICY_DENIED
SELECT "email" FROM "public"."customers"
