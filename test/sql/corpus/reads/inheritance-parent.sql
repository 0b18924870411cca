-- expect: ok
SELECT sensor, avg(value) FROM measurements GROUP BY sensor
