"""The door: what all IRC clients of one daemon have in common.

This module must not know a session.
"""

from __future__ import annotations

from chatd.protocols.irc.client import Client


class Door:
    """The ``name`` of the server, which has a dot, and its IRC clients.

    ``clients`` are those of all addresses, by the numbers of their sessions.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.clients: dict[int, Client] = {}
        self._most = 0

    @property
    def unregistered(self) -> int:
        """The number of clients that have not registered yet."""
        return sum(not client.registered for client in self.clients.values())

    def count(self, people: int) -> int:
        """Count the people that there are now; return the most that were counted so far."""
        self._most = max(self._most, people)
        return self._most
