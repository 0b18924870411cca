-- expect: NAME_NOT_AVAILABLE
EXPLAIN SELECT * FROM private.secrets
