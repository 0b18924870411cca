-- expect: ok
TABLE regions
