"""Logs of chatd and of other programs, as events of rooms.

A reader turns a log into lines that were said, and knows one form of logs. What becomes of names,
rooms and texts is decided once, for all forms. This package must not know a store.

Modules (python3 -m tools.documents writes this list):

- `events`: The events that the lines of a log become: in which room, under which name, with which
  text.
- `irssi`: Logs of irssi: a time of day before each line, and a line for each new day.
- `jsonl`: Logs that `chatd export --format jsonl` wrote: events, a JSON object a line.
- `names`: Names from elsewhere, as names of this chatd.
- `said`: Lines as a log of another program has them, before they are events.
- `slack`: The export of a Slack workspace: a folder or a zip of JSON files.
- `weechat`: Logs of WeeChat: time, prefix and text, with TABs between them.
"""
