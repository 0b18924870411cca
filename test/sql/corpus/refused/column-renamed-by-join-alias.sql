-- expect: NAME_NOT_AVAILABLE
SELECT j.b FROM (customers CROSS JOIN regions) AS j(a, x, b)
