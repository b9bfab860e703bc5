"""Lines over TCP, TLS and UNIX sockets: framing, telnet, and the chat and bare protocols.

These modules must not know HTTP or how a room is stored.

Modules (python3 -m tools.documents writes this list):

- `bare`: Bare lines: the protocol of programs, whose lines are text and nothing else.
- `chat`: Chat lines: the protocol of people with ``nc`` or ``telnet``, and of programs that write
  so.
- `decoder`: Bytes in, lines out: telnet and framing, one piece after another.
- `framing`: Bytes in, lines out.
- `handler`: The handler of a client that sends lines: the first line, blank lines, and telnet's
  answers.
- `json_lines`: JSON lines: the protocol of programs that need exact answers, and of chatd's own
  clients.
- `protocol`: The base of the protocols of lines: the border between Twisted and the chat.
- `telnet`: Telnet taken out of a stream of bytes, and every request in it refused (RFC 854).
"""
