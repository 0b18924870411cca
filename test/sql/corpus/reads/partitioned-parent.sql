-- expect: ok
SELECT kind, count(*) FROM events WHERE occurred_at >= '2025-06-01' GROUP BY kind
