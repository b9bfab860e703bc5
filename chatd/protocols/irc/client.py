"""The state of a client of IRC: how far it is registered, and its capabilities.

Plain values. This module must not know what follows from them.
"""

from __future__ import annotations


class Client:
    """One client.

    ``nickname`` is the one that it wishes to have, "" until it has sent a valid one. ``username``
    and ``realname`` are as it sent them, for it alone to be told again. ``password`` is that of
    PASS, until it is used. While it is ``negotiating`` capabilities, in a ``version`` of
    that negotiation, it is not registered.
    """

    __slots__ = (
        "capabilities",
        "negotiating",
        "nickname",
        "password",
        "realname",
        "registered",
        "username",
        "version",
    )

    def __init__(self) -> None:
        self.nickname = ""
        self.username = ""
        self.realname = ""
        self.password = ""
        self.negotiating = False
        self.registered = False
        self.version = 0
        self.capabilities: frozenset[str] = frozenset()
