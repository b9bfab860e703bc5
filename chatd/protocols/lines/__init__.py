"""Lines over TCP, TLS and UNIX sockets: framing, telnet, and the chat and bare protocols.

These modules must not know HTTP or how a room is stored.
"""
