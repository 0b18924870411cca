-- expect: ok
SELECT o.status AS "orders.status", COALESCE(SUM(o.total), 0) AS "orders.sum" FROM public.orders AS o WHERE ((o.created_at >= ((TIMESTAMP '2025-01-01')) AND o.created_at < ((TIMESTAMP '2026-01-01' + INTERVAL '1 year')))) GROUP BY 1 ORDER BY 2 DESC FETCH NEXT 500 ROWS ONLY
