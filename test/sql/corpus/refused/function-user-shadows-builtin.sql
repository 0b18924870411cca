-- expect: NAME_NOT_AVAILABLE
SELECT sales.lower('A')
