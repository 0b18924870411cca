-- expect: NAME_NOT_AVAILABLE
SELECT int4 '1' + urgency 'low'
