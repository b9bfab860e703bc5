"""Clients behind a proxy that sends the PROXY protocol's header.

These modules must not know what the client speaks after the header.

Modules (python3 -m tools.documents writes this list):

- `header`: The header of the PROXY protocol, by which a proxy says where a client is: versions 1
  and 2.
- `protocol`: Clients of a proxy that sends the address of each client in a header before its data.
"""
