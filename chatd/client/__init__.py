"""What people run beside `nc`: `chatd connect`, `chatd say` and `chatd export`.

The clients must know of the server only what `docs/wire.md` says; export reads the store.
"""
