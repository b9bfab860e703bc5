"""Slash commands: each parses its arguments, does what they say, and answers the session.

A command must not know a connection, nor the bytes of a format.
"""
