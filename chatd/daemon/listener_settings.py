"""The settings of one address at which the daemon listens: a value.

This module must not know where settings come from, nor how an address is opened.
"""

from __future__ import annotations

import enum
import pwd
from collections.abc import Mapping
from typing import Any, NamedTuple

from chatd.protocols.transport.limits import Limits
from chatd.util.budget_table import Budget, Kind, Level
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.util.key_pairs import PairFiles
from chatd.webhooks.urls import Network


class ListenerKind(enum.Enum):
    """The clients that an address serves, by its name in the configuration file.

    Those of ``METRICS`` are no people: they watch the daemon.
    """

    CHAT = "chat"
    BARE = "bare"
    WEB = "web"
    IRC = "irc"
    METRICS = "metrics"


WATCHERS = 64
"""Most connections at an address for those who watch, which count for no other limit: they are to
see a daemon that is full."""


class Lan(enum.Enum):
    """The people for whom addresses with TLS are opened, with a certificate that is made."""

    NOBODY = ""
    LOCAL = "--lan"
    ALL = "--lan-all"


class ConnectionLimits(NamedTuple):
    """The limits of the connections at one address; 0 is no limit of the address.

    ``connections`` are counted beside those of the whole daemon, ``per_address`` from an IPv4
    address or an IPv6 /64.
    """

    connections: int = 0
    per_address: int = 0

    @property
    def budgets(self) -> BudgetLimits:
        """The limits as those of budgets."""
        return {
            Budget(Kind.CONNECTIONS, Level.ALL): self.connections,
            Budget(Kind.CONNECTIONS, Level.NETWORK): self.per_address,
        }


class Buffers(NamedTuple):
    """Bytes that the kernel buffers for and from a client; 0 for the system's default."""

    send: int = 0
    receive: int = 0


class UnknownUser(Exception):
    """There is no such user. The text says which setting has it: one line, for operators."""


class Trust(NamedTuple):
    """The header in which a proxy names the person who sent a request.

    ``user`` is the user as whom the proxy runs: a login name, or a number.
    """

    header: str
    user: str

    @property
    def uid(self) -> int:
        """The number of the user. Raises `UnknownUser` if there is none of that name."""
        if self.user.isdecimal():
            return int(self.user)
        try:
            return pwd.getpwnam(self.user).pw_uid
        except KeyError:
            raise UnknownUser(
                f"trusted_uid takes a user of this machine, or a number; not {self.user!r}."
            ) from None


class ListenerSettings(NamedTuple):
    """One address, and what holds there alone."""

    kind: ListenerKind

    endpoint: str
    """The description of an endpoint of Twisted."""

    tls: PairFiles | None = None
    """The certificate for TLS on top of the endpoint. An ``ssl:`` endpoint has one of its own."""

    limits: Limits = Limits()
    own: ConnectionLimits = ConnectionLimits()
    buffers: Buffers = Buffers()

    only_local: bool = False
    """True if connections of the local network alone are let in."""

    trust: Trust | None = None
    """The proxy that is trusted there; None for none."""

    proxies: tuple[Network, ...] = ()
    """The networks of the proxies that are trusted to say how clients came to them."""

    by_path: Mapping[str, Any] = {}
    """The values that the address has of its own, by their paths: what a reload compares."""
