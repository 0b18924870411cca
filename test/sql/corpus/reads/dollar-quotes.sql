-- expect: ok
SELECT $$it's; -- not a comment /* nor this */$$, $tag$ $$ ; $tag$
