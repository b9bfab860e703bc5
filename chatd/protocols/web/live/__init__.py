"""Connections on which a client stays: WebSocket and server-sent events.

These modules must not know the table of HTTP routes.
"""
