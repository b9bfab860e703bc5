"""Clients behind a proxy that sends the PROXY protocol's header.

These modules must not know what the client speaks after the header.
"""
