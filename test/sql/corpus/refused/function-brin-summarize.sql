-- expect: FUNCTION_FORBIDDEN
SELECT brin_summarize_new_values('orders')
