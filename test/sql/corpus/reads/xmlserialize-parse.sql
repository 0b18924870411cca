-- expect: ok
SELECT xmlserialize(content xmlparse(document '<a/>') AS text), '<a/>'::xml IS DOCUMENT, xmlconcat('<a/>', '<b/>'), xmlexists('//a' PASSING doc) FROM places LIMIT 1
