-- expect: NAME_NOT_AVAILABLE
SELECT U&"!0065mail" UESCAPE '!' FROM customers
