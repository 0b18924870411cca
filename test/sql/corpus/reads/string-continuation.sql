-- expect: ok
SELECT 'first '
  'second'
