-- expect: ok
-- a leading comment; with a semicolon
/* and another */ SELECT 1
