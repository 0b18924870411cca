-- expect: NAME_NOT_AVAILABLE
SELECT peek_secret(1)
