-- expect: ok
SELECT U&'d\0061t\+000061', U&'d!0061t' UESCAPE '!'
