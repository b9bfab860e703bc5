"""The door for browsers and for HTTP: the same rooms, over one port.

It must not know how a room is stored. It needs h11 and wsproto (``chatd[web]``), so nothing outside
may import it but the wiring, where it is asked for.

Modules (python3 -m tools.documents writes this list):

- `api`: HTTP requests of programs and browsers: rooms, history, sign-in and subscriptions.
- `bundle`: The page as it is sent: few files, under names that change with what is in them. Pure.
- `connection`: A connection that speaks HTTP/1.1: the border between Twisted and the interface for
  browsers.
- `http`: HTTP/1.1 as plain values and bytes: requests, answers, origins and upgrades.
- `live`: Connections on which a client stays: WebSocket and server-sent events.
- `monitoring`: The site for those who watch the daemon: its health, whether it is ready, and its
  figures.
- `site`: The site: the table of paths that are answered over HTTP, and the pages that may ask.
- `static_files`: The files of the page, and other answers that are the same for every client.
"""
