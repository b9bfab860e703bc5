"""Formats, which render events to bytes, one for each kind of client.

A format is pure: it must not know a store, a session or a connection.
"""
