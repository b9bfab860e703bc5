"""The commands that people run besides `nc`: `chatd connect`, `say`, `export` and `admin`.

The clients must know of the server only what `docs/wire.md` says. Export reads the store, and admin
does the work of a daemon while none runs.
"""
