-- expect: ok
SELECT "Line No", "select", "Größe", "quo""ted" FROM "Order Details" WHERE "select" <> 'from'
