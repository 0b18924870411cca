-- expect: NAME_NOT_AVAILABLE
-- stage: gate
SHOW primary_conninfo
