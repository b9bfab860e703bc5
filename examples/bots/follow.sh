#!/bin/sh
# The lines of a file as they come: chatd bot --stay --room ops --name log -- sh follow.sh /var/log/app.log
#   !last   shows the last one
tail -n 0 -F "$1" 2>/dev/null &
trap 'kill $!' EXIT
while read -r who text; do
    case $text in
    '!last') tail -n 1 "$1" | grep . || echo "There is none." ;;
    *) echo ;; # a blank line: no answer
    esac
done
