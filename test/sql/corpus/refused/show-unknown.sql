-- expect: NAME_NOT_AVAILABLE
-- stage: gate
SHOW no_such_setting
