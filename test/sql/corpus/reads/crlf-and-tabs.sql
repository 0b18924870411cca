-- expect: ok
-- encoding: json
"SELECT\r\n\tid\r\nFROM\tregions\r\nWHERE id > 0"
