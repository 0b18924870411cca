-- expect: ok
-- min-server: 16
SELECT json_object('a' : 1, 'b' VALUE 2 ABSENT ON NULL), json_array(1, 2, NULL NULL ON NULL), json_arrayagg(id ORDER BY id), json_objectagg(id : name) FROM regions
