-- expect: ok
SHOW server_version
