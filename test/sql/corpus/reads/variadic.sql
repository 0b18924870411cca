-- expect: ok
SELECT concat_ws('-', VARIADIC ARRAY['a', 'b']), format('%s %s', VARIADIC ARRAY['x', 'y'])
