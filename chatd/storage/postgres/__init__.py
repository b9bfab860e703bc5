"""The store on a database of PostgreSQL, which several nodes share.

This package must not know a client, a command or a wire. Outside it, only the wiring and the tools
that open a store import more of it than addresses.

Modules (python3 -m tools.documents writes this list):

- `address`: The address of a database of PostgreSQL, as ``--store`` has it: libpq's URI, of which a
  part.
"""
