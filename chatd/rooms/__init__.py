"""A room is a log, and a client is a cursor into it: logs, feeds, streams and views.

These modules must not know an account's rights, a session or a connection.
"""
