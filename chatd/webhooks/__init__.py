"""Lines of rooms sent to URLs: the registry of hooks, their delivery and the HTTP client.

These modules must not know a session, a command or an incoming connection.
"""
