"""Formats, which render events to bytes, one for each kind of client.

A format is pure: it must not know a store, a session or a connection.

Modules (python3 -m tools.documents writes this list):

- `bare`: Bare lines, for scripts: the text of messages and nothing else.
- `base`: The base of formats, which render events to bytes for one kind of client.
- `chat`: Chat lines, for people at a terminal.
- `envelopes`: Envelopes: the bytes around one message in JSON on its way to a client.
- `irc`: Lines of IRC: the one format of all rooms, and that of one session.
- `irc_deeds`: Deeds as lines of IRC: changes of modes, invitations.
- `irc_labels`: Labels: the tag that says which command of a client its lines answer.
- `irc_lines`: Lines of IRC, from their parts to text.
- `irc_roles`: Roles and modes of rooms as the letters of IRC (https://modern.ircdocs.horse, MODE).
- `irc_spoken`: Lines that people say, in IRC: with tags, cut to the length of a line, and in
  batches.
- `irc_tags`: The server as IRC clients know it, and the tags of their lines.
- `irc_text`: The texts in lines of IRC: what a client means by one, and how one is written.
- `json`: JSON, for browsers and for programs: as messages, and as server-sent events.
- `sse`: Server-sent events, for `curl -N` and for EventSource.
"""
