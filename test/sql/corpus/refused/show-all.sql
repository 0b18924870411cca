-- expect: NAME_NOT_AVAILABLE
-- stage: gate
SHOW ALL
