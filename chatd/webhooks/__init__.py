"""Lines of rooms sent to URLs: the registry of hooks, their delivery and the HTTP client.

These modules must not know a session, a command or an incoming connection.

Modules (python3 -m tools.documents writes this list):

- `delivery`: Delivery of the lines of rooms to their hooks: one line at a time, in order, at least
  once.
- `http_client`: The HTTP client of webhooks: posts to URLs that people gave, but only to allowed
  addresses.
- `lanes`: Turns of requests to targets: owners have turns, and slow targets stand apart.
- `name_lookups`: Look-ups of host names, none of which waits for another.
- `registry`: The registry of hooks: URLs to which the lines of a room are posted, and their
  progress.
- `urls`: Destinations of hooks: their URLs, and the addresses that these may lead to.
"""
