#!/bin/sh
# The first bot: chatd bot --room ops --name helper -- sh hello.sh
while read -r who text; do
    case $text in
    '!ping') echo "pong, $who" ;;
    '!uptime') uptime ;;
    '!help') echo "I know !ping and !uptime." ;;
    esac
done
