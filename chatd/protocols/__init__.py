"""The protocols: from the bytes of a connection to actions, and back.

The modules here are the border with Twisted. They must not know how anything is stored.
"""
