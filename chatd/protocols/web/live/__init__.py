"""Connections on which a client stays: WebSocket and server-sent events.

These modules must not know the table of HTTP routes.

Modules (python3 -m tools.documents writes this list):

- `credentials`: The credentials in the handshake of a WebSocket, and logging in with them at its
  hello.
- `event_stream`: The handler of a connection that shows a room as server-sent events: for `curl -N`
  and scripts.
- `handshake`: The handshake that turns an HTTP connection into a WebSocket (RFC 6455 section 4.2).
  Pure.
- `websocket`: The handler of a browser's connection that is a WebSocket: messages in frames.
"""
