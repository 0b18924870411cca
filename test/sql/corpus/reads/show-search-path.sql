-- expect: ok
SHOW search_path
