-- expect: NAME_NOT_AVAILABLE
-- stage: gate
SHOW ssl_key_file
