-- expect: NAME_NOT_AVAILABLE
SELECT hr._employees('{}')
