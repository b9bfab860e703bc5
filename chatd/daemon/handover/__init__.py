"""The handover of all clients to another process: an upgrade that clients do not notice.

Theory of operation. A daemon that is asked to (`chatd upgrade`, or SIGUSR2) starts its *successor*:
the same interpreter with the same arguments, which finds the new version of chatd on the disk. Only
that process, which the daemon itself has started, has the other end of a pair of sockets. They say,
one after the other:

1. The successor: *ready*. It has read the settings and imported all code, and has opened nothing.
2. The daemon gives the descriptors of the *store*, and the successor *prepares* to open it.
3. The daemon stands *still*: it accepts and reads no client, and commits and shows all that it has
   read. It says goodbye to clients who cannot be handed over (our own TLS), who come back by
   themselves.
4. The successor opens the store (`chatd.storage.handing_over`).
5. The daemon gives, in one turn of its reactor: the listening sockets, the state of the store and
   of the server, and each client's connection and state.
6. The successor goes on with all of it, and says *adopted*. It has sent nothing to any client and
   read nothing, so until here the daemon can go on as if nothing had happened: it does if the
   successor fails, ends or takes too long, once that process is gone.
7. The daemon says *go*, and ends. The successor begins to read and send.

This package must not know what is in the state of a client.

Modules (python3 -m tools.documents writes this list):

- `adopting`: The adoption of a connection that another process had, by its descriptor.
- `channel`: The channel between a daemon and its successor: messages with descriptors.
- `giving`: The daemon's side of a handover: it gives all that it has to a successor, and ends.
- `keeper`: The keeper: a daemon that others wait for becomes one, until its successor ends.
- `outcome`: The outcome of an upgrade, in a line for operators.
- `process`: The process of the successor: started by the daemon, with the same interpreter and
  arguments.
- `standing`: Standing still: a daemon in which nothing is under way, so that its state can be given
  away.
- `store`: The store of a daemon that hands over: its successor prepares, and then opens it.
- `taking`: The successor's side of a handover: it takes all that a daemon gives, and goes on with
  it.
- `twistd`: The options of twistd for a successor, for which it must not do everything again.
- `upgrade`: An upgrade as it is asked for: by the control socket, or by a signal.
- `waiting`: The wait for a message of the successor, while the reactor goes on with all else.
"""
