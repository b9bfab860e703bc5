"""The right to write private lines, by a rule of the server and a setting of each receiver.

A person who is logged in may write to all. A guest may, unless the server, or the receiver, takes
private lines of members alone. This module must not know the way of a private line.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from chatd.chat.roster import Visit
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.view import Settings
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Put, Table

_KEY = "server"


class Senders(enum.Enum):
    """Those who may write private lines on a server. The values are in the store."""

    EVERYONE = "everyone"
    MEMBERS = "members"


class Rule(NamedTuple):
    """The stored rule of the server: the value of `Senders`."""

    senders: str


class PrivateLines:
    """The rule of a server about private lines."""

    def __init__(self, store: Store) -> None:
        self._rules: Table[Rule] = Table(store, "private_lines", Rule)
        try:
            for rule in self._rules.values():
                Senders(rule.senders)
        except ValueError:
            raise Damaged from None

    @property
    def senders(self) -> Senders:
        """Those who may write private lines."""
        rule = self._rules.get(_KEY)
        return Senders.EVERYONE if rule is None else Senders(rule.senders)

    def set_senders(self, senders: Senders) -> Put:
        """Return the change that sets who may write private lines."""
        return self._rules.put(_KEY, Rule(senders.value))

    def check(self, sender: Session) -> None:
        """Raise `Refusal` unless a session may write private lines on this server."""
        if self.senders is Senders.MEMBERS and sender.account is None:
            raise Refusal(ErrorKind.NOT_ALLOWED, "members_write")


def takes_from(sender: Session, settings: Settings | Visit) -> bool:
    """Return True if a receiver with these settings takes private lines from a session.

    Of a receiver at another node, the visit has what counts.
    """
    return settings.guests or sender.account is not None
