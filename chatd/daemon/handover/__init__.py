"""The handover of all clients to another process: an upgrade that nobody notices.

Theory of operation. A daemon that is asked to (`chatd upgrade`, or SIGUSR2) starts its *successor*:
the same interpreter with the same arguments, which finds the new version of chatd on the disk. Only
that process, which the daemon itself has started, has the other end of a pair of sockets. They say,
one after the other:

1. The successor: *ready*. It has read the settings and imported all code, and has opened nothing.
2. The daemon gives the descriptors of the *store*, and the successor *prepares* to open it.
3. The daemon stands *still*: it accepts and reads nobody, and commits and shows all that it has
   read. It says goodbye to clients who cannot be handed over (our own TLS), who come back by
   themselves.
4. The successor opens the store (`chatd.storage.handing_over`).
5. The daemon gives, in one turn of its reactor: the listening sockets, the state of the store and
   of the server, and each client's connection and state.
6. The successor goes on with all of it, and says *adopted*. It has sent nothing to any client and
   read nothing, so until here the daemon can go on as if nothing had happened: it does if the
   successor fails, ends or takes too long, once that process is gone.
7. The daemon says *go*, and ends. The successor begins to read and send.

Modules: `channel` has the messages and descriptors between the two, `waiting` the wait for a
message in the reactor, `giving` is the daemon's side, `store` the part of it that is about the
store, `taking` the successor's, `process` starts it, `standing` has the daemon stand still and go
on, `keeper` stays in the place of a daemon that ended, for who waits for it.

This package must not know what is in the state of a client.
"""
