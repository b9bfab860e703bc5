"""The store that lasts: one SQLite file, its search index, its time index and its upkeep.

Outside this package only the wiring and the tools that open a store's file import it.
"""
