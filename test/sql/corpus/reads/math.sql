-- expect: ok
SELECT sqrt(2), power(2, 10), mod(7, 3), 7 % 3, 2 ^ 3, |/ 9.0, @ -5, round(2.345, 2), width_bucket(5.0, 0, 10, 5), ceil(1.2), ln(2), pi()
