-- expect: ok
SELECT count(*) FROM ONLY measurements
