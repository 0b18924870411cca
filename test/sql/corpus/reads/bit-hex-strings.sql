-- expect: ok
SELECT B'1010', X'ff', N'national'
