"""The door for browsers and for HTTP: the same rooms, over one port.

It must not know how a room is stored. It needs h11 and wsproto (``chatd[web]``), so nothing outside
may import it but the wiring, where it is asked for.
"""
