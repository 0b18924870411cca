-- expect: FUNCTION_FORBIDDEN
SELECT nextval('ticket_numbers')
