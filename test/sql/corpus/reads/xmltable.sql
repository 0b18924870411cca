-- expect: ok
SELECT x.* FROM places p, XMLTABLE('/a/b' PASSING p.doc COLUMNS n FOR ORDINALITY, v int PATH '.') x LIMIT 2
