-- expect: NAME_NOT_AVAILABLE
SELECT xmlelement(name c, xmlattributes(c.email)) FROM customers c
