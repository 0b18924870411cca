-- expect: NAME_NOT_AVAILABLE
WITH x AS (SELECT * FROM private.secrets) SELECT 1
