"""What people run beside `nc`: `chatd connect`, `chatd say`, `chatd export` and `chatd admin`.

The clients must know of the server only what `docs/wire.md` says; export reads the store, and admin
does what a daemon would, while there is none.
"""
