-- expect: NAME_NOT_AVAILABLE
SELECT x.a FROM customers c, XMLTABLE(XMLNAMESPACES('u' AS n), '/r' PASSING xmlparse(CONTENT c.email) COLUMNS a text PATH 'a') x
