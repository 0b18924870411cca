-- expect: ok
SELECT "Custom SQL Query"."country" AS "country", SUM(1) AS "cnt:Number of Records:ok" FROM ( SELECT id, country FROM customers ) "Custom SQL Query" GROUP BY 1
