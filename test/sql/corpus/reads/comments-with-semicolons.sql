-- expect: ok
SELECT /* ; DROP TABLE customers; /* nested; */ still */ id -- ; DELETE FROM orders;
FROM regions -- trailing ;
