"""The store on a database of PostgreSQL, which several nodes share.

This package must not know a client, a command or a wire. Outside it, only the wiring and the tools
that open a store import more of it than addresses.

Modules (python3 -m tools.documents writes this list):

- `address`: The address of a database of PostgreSQL, as ``--store`` has it: libpq's URI, of which a
  part.
- `archive`: Reading of the log beside the link: pages, times and searches, in a thread or in a
  tool.
- `channel`: A session of the server that one thread uses, and that others can end.
- `checks`: Checks of a server and of a database: what a shared log needs of them.
- `codec`: Answers of the database, and rows that are read, as batches.
- `engine`: The engine on PostgreSQL: how a node finds the server with the log that it follows.
- `errors`: Errors of psycopg and of PostgreSQL, as one line for operators: why, and what to do
  about it.
- `examiner`: The examination of the database again and again, while the daemon runs.
- `hints`: Hints of other nodes, by LISTEN: all up to a number is safe.
- `importing`: The import of events into a database, and the reading of all of it, while no daemon
  uses it.
- `index_thread`: The thread that adds events to the search index, on a session of its own.
- `indexing`: The work of indexing: of the nodes that share a log, one at a time adds events to the
  index.
- `link`: The link of a node to the server: four sessions, which are lost together.
- `opening`: The opening of the log by a node, before the daemon forks: all that can be refused is,
  in a line.
- `parameters`: A batch as the parameters of ``chatd_append_1``: see ``schema/functions_1.sql``.
- `pipeline`: Statements that are sent at once, in one round trip, each of them a transaction of its
  own.
- `reading`: Connections that read beside the link: each reconnects by itself, and reads the true
  log alone.
- `requests`: The requests to the server, each as a thread makes it on a channel.
- `rows`: Rows of the database: what readers select, and what a daemon reads when it starts.
- `safe_log`: The log of a database as a command reads it while nodes write to it: what no failover
  can lose.
- `schema`: The schema of the database: the SQL of each version, and the upgrade of an older one.
- `search`: One search in a room's log, which is bounded in time.
- `search_index`: The search index of the database: which trigrams each event has, in GIN's index of
  arrays.
- `sessions`: Sessions of the server: connections with the settings that chatd relies on.
- `store`: The store on a database of PostgreSQL, which several daemons share.
- `texts`: Texts as PostgreSQL can store them: a character is written as two, because U+0000 is
  refused.
- `time_index`: Questions about the times of a log in the database, which its writer never sets
  back.
"""
