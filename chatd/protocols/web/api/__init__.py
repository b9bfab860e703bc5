"""HTTP requests of programs and browsers: rooms, history, sign-in and subscriptions.

These modules must not know how bytes become a request.

Modules (python3 -m tools.documents writes this list):

- `request_session`: The session of an HTTP request, which lasts as long as the request.
- `rooms`: Routes of the API for programs: the rooms, their messages, and posting.
- `route`: A row of the table of the API: a method and a path, and the handler of their requests.
- `sign_in`: Routes of signing in with a password, and out: a browser has a cookie that no script
  can read.
- `subscribe`: Routes that turn a connection into a WebSocket, or into the stream of a room's
  events.
"""
