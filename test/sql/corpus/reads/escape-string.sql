-- expect: ok
SELECT E'it\'s\n\ttab \u00e9 \x41', 'back\slash', 'it''s'
