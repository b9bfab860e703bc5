"""WebSockets, regardless of what is said through them: frames, and signs of life.

These modules must not know HTTP, nor what a message is for.

Modules (python3 -m tools.documents writes this list):

- `frames`: Bytes in, WebSocket messages out; pure.
- `handler`: The part of a handler that is for the WebSocket, through which its client sends items.
- `liveness`: Signs of life of a browser: it answers pings.
- `position`: The position of a decoder in the frames of a client, and the bytes that lead another
  one there.
"""
