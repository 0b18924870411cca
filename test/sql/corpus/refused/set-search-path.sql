-- expect: STATEMENT_NOT_READ_ONLY
SET search_path = private
