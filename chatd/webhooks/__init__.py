"""Requests to URLs that people gave: hooks, pushes, their delivery and the HTTP client.

These modules must not know a session, a command or an incoming connection.

Modules (python3 -m tools.documents writes this list):

- `attempts`: Requests to one target: one at a time, in order, tried again after pauses, in the
  owner's turns.
- `delivery`: Delivery of the lines of rooms to their hooks: one line at a time, in order, at least
  once.
- `http_client`: The HTTP client of webhooks: posts to URLs that people gave, but only to allowed
  addresses.
- `incoming`: Incoming hooks: URLs at which tools post to a room, and the lines in their bodies.
- `lanes`: Turns of requests to targets: owners have turns, and slow targets stand apart.
- `name_lookups`: Look-ups of host names, none of which waits for another.
- `outgoing`: All requests to others: the deliveries of hooks and of pushes, started and stopped
  together.
- `push_delivery`: Delivery of pushes: lines are gathered, and sent in one message now and then.
- `push_message`: The messages of pushes: what an absent person missed, in a few sentences.
- `pushes`: The registry of pushes: the URL that each account is notified at while it is away.
- `registry`: The registry of hooks: URLs to which the lines of a room are posted, and their
  progress.
- `targets`: Targets of requests: a URL, the owner of its turns, and how long it has failed.
- `urls`: Destinations of hooks: their URLs, and the addresses that these may lead to.
"""
