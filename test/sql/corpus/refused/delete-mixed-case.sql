-- expect: STATEMENT_NOT_READ_ONLY
dElEtE/**/fRoM/**/orders
