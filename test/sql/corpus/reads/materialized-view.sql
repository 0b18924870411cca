-- expect: ok
SELECT month, total FROM mv_monthly_sales ORDER BY month
