"""Connections: admission, pace, turns, reading and writing, and sessions over them.

These modules must not know a protocol's syntax: neither lines nor HTTP.
"""
