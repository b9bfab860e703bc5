"""The parts that tests share. There are three kinds of servers, each with clients of its own.

- A server under a fake clock, without sockets: `world` has a `World` and its `Member`, who types
  and sees lines. `http`, `browser` and `event_stream` have its clients of HTTP, and
  `memory_client` their base. `sessions` are without a connection. `registered`, `den` and `rights`
  have what many tests begin with.
- A server on real sockets in the process of the tests: `loopback`.
- A daemon in a process of its own: `live_server`, and `admin` for `chatd admin`. `preload` puts a
  library between a daemon and the system, and `cheap_passwords` makes logins quick. `service`
  makes the service of a daemon without a process.

`stores` and `store_files` are for tests of stores, `connections` for those of connections,
`stand_in` and `terminal` for those of the client. A part that one file uses stays in that file.
"""
