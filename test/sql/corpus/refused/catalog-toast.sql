-- expect: NAME_NOT_AVAILABLE
SELECT * FROM pg_toast.pg_toast_1255
