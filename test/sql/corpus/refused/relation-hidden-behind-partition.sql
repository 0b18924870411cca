-- expect: NAME_NOT_AVAILABLE
SELECT secret FROM private.secrets TABLESAMPLE system (100)
