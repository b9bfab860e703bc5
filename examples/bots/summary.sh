#!/bin/sh
# Says in a room who spoke there in the last day; for cron:
#   0 9 * * 1-5 sh summary.sh ops
# Further arguments are options of `chatd`, such as --unix PATH. It is said once a day, also if cron runs it again.
set -eu
chatd=${CHATD:-chatd}
room=$1
shift
lines=$("$chatd" tail --since 1d "$@" "$room" | sed -n 's/^\[[^]]*\] <\([^>]*\)> .*/\1/p' | grep -vx summary || true)
[ -n "$lines" ] || exit 0
count=$(printf '%s\n' "$lines" | wc -l)
people=$(printf '%s\n' "$lines" | sort | uniq -c | sort -k1,1nr -k2 | awk '{ printf "%s%s %d", sep, $2, $1; sep = ", " }')
"$chatd" say "$@" --notice --name summary --room "$room" --idempotency-key "summary-$room-$(date +%F)" \
    "Lines of the last day: $((count)). $people."
