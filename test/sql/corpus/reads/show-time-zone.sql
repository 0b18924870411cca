-- expect: ok
SHOW TIME ZONE
