"""The chat: sessions, rooms, names, rights and logins.

These modules must not know a slash command, a wire format's bytes or a connection.
"""
