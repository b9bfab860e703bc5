"""The doors: from a connection's bytes to what somebody does, and back.

The modules here are the border with Twisted. They must not know how anything is stored.
"""
