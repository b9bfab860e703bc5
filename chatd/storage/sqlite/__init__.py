"""The durable store: one SQLite file, its search index, its time index and its maintenance.

This package must not know a client, a command or a wire. Outside it, only the wiring and the tools
that open a store's file import it.
"""
