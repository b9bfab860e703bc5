"""The door for browsers and for HTTP: the same rooms, over one port.

Needs h11 and wsproto (``chatd[web]``), so nothing outside may import it but `chatd.daemon.plugin`,
where it is asked for.
"""
