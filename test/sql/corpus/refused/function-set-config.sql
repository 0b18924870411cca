-- expect: FUNCTION_FORBIDDEN
SELECT set_config('transaction_read_only', 'off', false)
