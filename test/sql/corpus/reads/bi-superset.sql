-- expect: ok
SELECT DATE_TRUNC('week', created_at) AS __timestamp, status AS status, sum(total) AS "SUM(total)" FROM public.orders JOIN (SELECT status AS status__, sum(total) AS mme_inner__ FROM public.orders GROUP BY status ORDER BY mme_inner__ DESC LIMIT 25) AS series_limit ON status = status__ GROUP BY DATE_TRUNC('week', created_at), status ORDER BY "SUM(total)" DESC LIMIT 10000
