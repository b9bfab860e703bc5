"""Registered names: accounts, their credentials and their passwords.

These modules must not know a room, a session or a connection.
"""
