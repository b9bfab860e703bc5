"""Connections: admission, pace, turns, reading and writing, and sessions over them.

These modules must not know a protocol's syntax: neither lines nor HTTP.

Modules (python3 -m tools.documents writes this list):

- `arrival`: The arrival of what one connection was sent until some moment, at the client's system.
- `check_schedule`: The clients that have begun something that has to end in time, and when each is
  to be checked.
- `client_address`: The address of a client: the network that it is counted for, and who can read it
  on the way.
- `client_protocol`: The base of the protocols that clients speak: gives what Twisted calls to a
  managed connection.
- `factory`: Admission of clients, and the set of those connected: what concerns more than one
  connection.
- `handler`: The interfaces of what a connection is given: a decoder and a handler.
- `intake`: The input of one connection that is not handled yet: bytes, and then items.
- `lifecycle`: The states of a connection, and the guard around what is called from outside.
- `limits`: Limits of connections: their number, and the rate at which each may send.
- `managed_connection`: One connection: its lifecycle, and its failures.
- `output`: The output of one connection: its writer, and the supply that the writer takes from.
- `paced_reader`: The reading of one connection: in turns, and as fast as its rate allows.
- `plain_sending`: The sending to a plain socket, and what that has not taken: a part of
  `ConnectionWriter`.
- `rate`: The rate of one client: what it is charged for, and when it is left alone.
- `resumable_connection`: A connection that another process goes on with: see
  `chatd.daemon.handover`.
- `scheduler`: Turns of clients that have more input than one turn allows, after all others were
  read.
- `session_handler`: The handler of a client that has a session, regardless of what it speaks.
- `sockets`: Socket options: the kernel finds out that a peer is dead, and buffers little.
- `tls`: TLS around the protocols of another factory. It needs the extra ``tls``.
- `traffic`: The counts of one address: connections that came, and what was read from them.
- `typed_text`: The interpretation of what a member types: an answer, a command, or text to be said.
- `with_session`: The session of a handler: one for a client that comes, or one that another process
  had.
- `writer`: The one writer to a connection.
"""
