-- expect: STATEMENT_MULTIPLE
SELECT name /*--*/ FROM regions; DROP TABLE regions /*--*/
