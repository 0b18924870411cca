-- expect: NAME_NOT_AVAILABLE
-- stage: gate
SHOW hba_file
