"""Live messages: the conversation in JSON of a client that stays, over any framing.

These modules must not know how messages are put into bytes.

Modules (python3 -m tools.documents writes this list):

- `conversation`: The client's side of a connection, as the verbs of live messages see it.
- `greeting`: The beginning of a connection of live messages: before hello, or where another process
  was.
- `handler`: The handler of a client that speaks live messages: JSON objects in, and out.
- `hello`: The verb ``hello``, which begins a conversation: who comes, and the rooms to enter.
- `incident`: The verbs of an incident: ``decide`` and ``decisions``, ``take`` and ``alerts``.
- `members`: The members of a message: reading and checking each by its type.
- `questions`: Questions and answers as messages and bodies have them: their members, read and
  described.
- `receipts`: Lines of a client that are acknowledged, and that may be sent again with the same key.
- `searches`: The verb ``search``: the lines of one room, or of several.
- `verbs`: The table of verbs: the types of message that a client sends. To add one, add a row and a
  test.
- `whispers`: The verb of private lines: ``whisper``.
"""
