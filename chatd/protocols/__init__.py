"""The protocols: from the bytes of a connection to actions, and back.

The modules here are the border with Twisted. They must not know how anything is stored.

Modules (python3 -m tools.documents writes this list):

- `control`: The control socket: JSON lines in, JSON lines out, for `chatd admin` on the same host.
- `irc`: IRC: the door for IRC clients, to the same rooms.
- `lines`: Lines over TCP, TLS and UNIX sockets: framing, telnet, and the chat and bare protocols.
- `live`: Live messages: the conversation in JSON of a client that stays, over any framing.
- `proxy`: Clients behind a proxy that sends the PROXY protocol's header.
- `transport`: Connections: admission, pace, turns, reading and writing, and sessions over them.
- `web`: The door for browsers and for HTTP: the same rooms, over one port.
- `websocket`: WebSockets, regardless of what is said through them: frames, and signs of life.
"""
