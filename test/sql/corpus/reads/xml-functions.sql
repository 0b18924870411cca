-- expect: ok
SELECT xmlelement(name item, xmlattributes(id AS "id"), name), xmlforest(id, name), xpath('/a/b/text()', doc) FROM places LIMIT 1
