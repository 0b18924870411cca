-- expect: FUNCTION_FORBIDDEN
SELECT pg_sequence_last_value('ticket_numbers')
