-- expect: NAME_NOT_AVAILABLE
SELECT discounted(10, 5)
