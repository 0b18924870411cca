-- expect: ok
SELECT 値 FROM 日本語 WHERE 列 = 1
