-- expect: STATEMENT_MULTIPLE
-- encoding: json
" \t\r\n "
