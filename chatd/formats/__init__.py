"""Events to bytes, one format for each kind of client.

A format is pure: it must not know a store, a session or a connection.
"""
