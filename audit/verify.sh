#!/bin/sh
# Checks the chain of one log with nothing but a shell and sha256sum.   usage: verify.sh DIRECTORY/database/instance
# Each line names, as "prev", SHA-256 of a zero byte and the line before it. The first line names zeros.
export LC_ALL=C
prev=$(printf '%064d' 0) seq=0
for file in "$1"/*.jsonl*; do
  gzip -cdf -- "$file" > /tmp/verify.$$ || exit 3
  while IFS= read -r line; do
    case $line in
      "{\"prev\":\"$prev\",\"seq\":$seq,"*) ;;
      *) echo "damaged: $file does not continue at record $seq"; rm -f /tmp/verify.$$; exit 3 ;;
    esac
    prev=$(printf '\0%s' "$line" | sha256sum | cut -c1-64) seq=$((seq + 1))
  done < /tmp/verify.$$
done
rm -f /tmp/verify.$$
echo "intact: $seq records, last leaf $prev"
