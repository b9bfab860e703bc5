"""HTTP/1.1 as plain values and bytes: requests, answers, origins and upgrades.

These modules must not know a session or a room.
"""
