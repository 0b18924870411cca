-- expect: STATEMENT_MULTIPLE
;;;
