"""HTTP requests of programs and browsers: rooms, history, sign-in and subscriptions.

These modules must not know how bytes become a request.

Modules (python3 -m tools.documents writes this list):

- `client_keys`: The header by which a client names a request, so that a retry is carried out once.
- `hooks`: The routes of incoming hooks: tools post there as to a webhook of Slack's, Discord's or
  Gotify's.
- `incident`: Routes of an incident: the decisions of a room, its alerts, and acks.
- `openapi`: The description of the API in OpenAPI 3.1, made from the rows of the routes.
- `operation`: The description of a route: its parameters, body, answers and errors, as OpenAPI
  names them.
- `posting`: The route that posts lines in a room, and the lines or the message that a request's
  body is.
- `questions`: Routes of questions: asking a room, answering, the answers so far, and closing.
- `reached`: The route that answers who has a line.
- `registers`: The route that answers who was in a room, and when, from the register of that room.
- `request_session`: The session of an HTTP request, which lasts as long as the request.
- `rooms`: Routes of the API for programs: the rooms, their messages, the account and the store.
- `route`: A row of the table of the API: a method and a path, their handler, and their description.
- `schemas`: JSON schemas of requests and answers, and parameters that several routes have.
- `sign_in`: Routes of signing in with a password, and out: a browser has a cookie, and the page a
  proof.
- `subscribe`: Routes that turn a connection into a WebSocket, or into the stream of a room's
  events.
- `trusted_header`: The header by which a proxy names the person who sent a request, at one UNIX
  socket.
"""
