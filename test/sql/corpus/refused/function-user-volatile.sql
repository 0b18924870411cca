-- expect: NAME_NOT_AVAILABLE
SELECT touch()
