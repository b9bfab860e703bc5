"""The store on a database of PostgreSQL, which several nodes share.

This package must not know a client, a command or a wire. Outside it, only the wiring and the tools
that open a store import more of it than addresses.

Modules (python3 -m tools.documents writes this list):

- `address`: The address of a database of PostgreSQL, as ``--store`` has it: libpq's URI, of which a
  part.
- `checks`: Checks of a server and of a database: what a shared log needs of them.
- `errors`: Errors of psycopg and of PostgreSQL, as one line for operators: why, and what to do
  about it.
- `schema`: The schema of the database: the SQL of each version, and the upgrade of an older one.
- `texts`: Texts as PostgreSQL can store them: a character is written as two, because U+0000 is
  refused.
"""
