"""The durable store: one SQLite file, its search index, its time index and its maintenance.

This package must not know a client, a command or a wire. Outside it, only the wiring and the tools
that open a store's file import it.

Modules (python3 -m tools.documents writes this list):

- `archive`: Reading of a store's file: pages, times and searches, in a thread of a daemon or in
  another tool.
- `backup`: A back-up of a store's file: one moment of it, in a file of its own.
- `checkpoints`: Checkpoints of a store's log, and when they are taken.
- `errors`: Errors of SQLite and of the system, as `StoreError`s of one line for operators.
- `examination`: The examination of a store's file: each of its rows, and what the rows must have in
  common.
- `file`: The file of a store: its lock, its creation, its checks, and transactions of its one
  writer.
- `file_watch`: The state in which a store's files were left, to find what other programs did to
  them since.
- `importing`: The import of events into a store's file, and the reading of all of it, while no
  daemon uses it.
- `lock`: The lock of a store, and the opening of the files that belong to it.
- `maintenance`: Maintenance of a store's file: the search index is updated, and old events are
  deleted.
- `maintenance_schedule`: The times of maintenance: when no line is committed, or after a while all
  the same.
- `partial`: A file that is complete or not there: made under another name, and renamed when it is
  whole.
- `restoring`: The restoring of a store's file from a back-up, while no daemon uses the store.
- `rows`: Rows of a store's file: their layout, their checks, and what a daemon reads when it
  starts.
- `schema`: The schema of a store's file: the SQL of each version, and the upgrade of an older file.
- `search`: One search in a room's log, which is bounded in time.
- `search_index`: The search index of a store's file: SQLite's FTS5, with trigrams.
- `store`: The durable store: one SQLite file, WAL, ``synchronous=FULL``, read and written in
  threads.
- `time_index`: The time index of a store's file: strands of stored times, for logs whose clock was
  set back.
- `writer`: Writing to a store's file: batches, deletions and maintenance, each in one transaction.
"""
