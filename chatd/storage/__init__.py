"""Stores of logs and records: the contract of a store, and each kind of store.

A store must not know a client, a command or a wire.

Modules (python3 -m tools.documents writes this list):

- `batches`: Batches: what the nodes of a store commit at a time, and what becomes of it.
- `claims`: Claims of names: each look of a name has one holder, on all nodes that share a store.
- `clock_watch`: A check of the time of day, because lines that retention deletes by it cannot be
  restored.
- `contract`: The contract between the rooms and the stores of their logs.
- `counts`: The counts of a store: what it was given, what became of it, and how long that took.
- `group_commit`: Group commit: the batches of a store, once for every kind of store.
- `handing_over`: The handing over of a store to a successor: another process of the same daemon,
  which goes on.
- `imported_rooms`: The rooms of an import: what a store has to know of a room besides its events.
- `memory`: A store in memory: bounded, and lost when the daemon stops. For tests, lessons and short
  chats.
- `node_states`: The state of a log that several nodes share, as one of them knows it, for
  operators.
- `operated`: The part of the contract of a store that is for those who operate a daemon.
- `paths`: The value of ``--store``: which kind of store it is, and the path of its file.
- `postgres`: The store on a database of PostgreSQL, which several nodes share.
- `publication`: Publication: committed batches, one after the other, to the tables and to the
  subscriber.
- `questions`: Questions to a store that a thread answers, because reading would block the reactor.
- `records`: Records beside the logs: tables of values, in memory as they are in the store.
- `shared`: Stores of one log that several nodes share, on an engine such as a database server.
- `size_limit`: The largest size of a store, and what is written to it near that size.
- `sqlite`: The durable store: one SQLite file, its search index, its time index and its
  maintenance.
- `strands`: Strands of stored times: the order of the times of a log whose clock was set back.
- `timestamps`: Times of lines: how they are stored, and the time at which a line counts as said.
- `turn`: Turns: of the nodes that share a store, one at a time does a work that needs to be done
  once.
- `versions`: The version of a stored log, for programs that read it and must not upgrade it.
"""
