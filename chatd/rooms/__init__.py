"""Rooms as logs and clients as cursors into them: rooms, feeds, streams, views and pages.

These modules must not know an account's rights, a session or a connection.
"""
