"""Incoming hooks: URLs at which tools post to a room, and the lines in their bodies.

These modules must not know a session, a command or a connection.

Modules (python3 -m tools.documents writes this list):

- `alerts`: Alerts: what tells one from another, and whether it goes on.
- `layout`: The texts of messages that are laid out: attachments and blocks of Slack, and embeds of
  Discord.
- `lines`: Valid lines of the parts of a body: bounded, without blank ones, and no line twice in a
  row.
- `markup`: The markup of Slack in texts, undone: entities, links, mentions, and the times of
  Discord.
- `reader`: The reader: the lines in a body that a tool posts to a webhook of Slack's, Discord's and
  others'.
- `registry`: The registry of incoming hooks: the tokens by which tools post to rooms, and the names
  of these.
- `values`: The parts of a body of JSON: texts, lists and objects. A part of a wrong type is taken
  for none.
"""
