"""The door: what all IRC clients of one daemon have in common.

This module must not know a session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

from chatd.chat.name_watches import LEFT
from chatd.protocols.irc.batches import CUTS
from chatd.protocols.irc.client import Client
from chatd.protocols.irc.turn_time import TurnTime
from chatd.util.state import State


class TransportSecurity(NamedTuple):
    """The policy by which clients come by TLS alone (IRCv3 sts).

    They connect to the ``port`` for that, and remember it for so many ``seconds``.
    """

    port: int
    seconds: int

    def value(self, encrypted: bool) -> str:
        """Return what a client is told, which came by TLS if it is ``encrypted``."""
        return f"duration={self.seconds}" if encrypted else f"port={self.port}"


class Door:
    """The ``name`` of the server, which has a dot, and its IRC clients.

    Without ``security`` clients may come without TLS. ``clients`` are those of all addresses, by
    the numbers of their sessions, and ``gone`` the last `LEFT` that have gone.
    """

    def __init__(self, name: str, security: TransportSecurity | None = None) -> None:
        self.name = name
        self.security = security
        self.clients: dict[int, Client] = {}
        self.gone: dict[int, Client] = {}
        self._most = 0
        self._time: TurnTime | None = None

    def state(self) -> State:
        """Return what another process needs to go on, beside the clients that there are."""
        gone = [[number, each.username, each.realname] for number, each in self.gone.items()]
        return {"gone": gone, "most": self._most, "cuts": CUTS.state()}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        for number, username, realname in state["gone"]:
            client = self.gone[number] = Client()
            client.username, client.realname = username, realname
        self._most = state["most"]
        CUTS.resume(state["cuts"])

    def time(self, now: Callable[[], float], clock: IReactorTime) -> TurnTime:
        """Return the time of its turns, one for all clients, which follows that of the server."""
        self._time = self._time or TurnTime(now, clock)
        return self._time

    def remove(self, session: int) -> None:
        """Take note that the client of a session has gone."""
        client = self.clients.pop(session, None)
        if client is not None and client.registered:
            self.gone[session] = client
            if len(self.gone) > LEFT:
                del self.gone[next(iter(self.gone))]

    @property
    def unregistered(self) -> int:
        """The number of clients that have not registered yet."""
        return sum(not client.registered for client in self.clients.values())

    def real_name_of(self, session: int) -> str:
        """Return the real name of the client of a session, "" if it is none of this door."""
        client = self.clients.get(session)
        return "" if client is None else client.realname

    def count(self, people: int) -> int:
        """Count the people that there are now; return the most that were counted so far."""
        self._most = max(self._most, people)
        return self._most
