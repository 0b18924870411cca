-- expect: ok
SELECT r, r IS NOT NULL FROM regions r
