-- expect: NAME_NOT_AVAILABLE
SELECT last_of(name ORDER BY id) FROM regions
