"""A server at whose UNIX socket the users of a machine have their login names.

The users and the group of administrators are those that a test says: only the kernel and the
system's databases are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from twisted.internet.address import UNIXAddress

from chatd.accounts.local_users import LocalUsers, Names
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Admission
from chatd.storage.contract import Store
from chatd.util.unix_peers import Peer
from tests.support.immediately import Immediately
from tests.support.world import Member, Node, World

ANA, LUIS, OTHER = 1001, 1002, 1003
LOGINS = MappingProxyType({ANA: "ana", LUIS: "luis"})
"""The users of the machine, by default."""

GROUP = 900
"""The group of administrators."""


class UserFactory(ChatFactory):
    """A factory to which the next client is ``peer``."""

    peer: Peer | None = None

    def peer_of(self, transport: object) -> Peer | None:
        return self.peer


class User(Member):
    """A user of the machine."""

    world: Machine

    def door(self, node: Node) -> UserFactory:
        self.world.at_socket = self.world.socket_of(node)
        return self.world.at_socket


class Machine(World):
    """A server on a machine with these ``logins``. While ``asking`` is held, no name is told."""

    def __init__(self, logins: Mapping[int, str] = LOGINS, **options: Any) -> None:
        super().__init__(**options)
        self.logins = dict(logins)
        self.asking = Immediately()
        self.at_socket = self.socket_of(self.nodes[0])

    def socket_of(self, node: Node) -> UserFactory:
        """Return a factory of a node for users of the machine."""
        return UserFactory(
            node.server,
            self.clock,
            ChatProtocol,
            admission=Admission(node.chat.limits, node.server.budgets),
            local_users=LocalUsers(self.asking, self.clock, self._look_up),
        )

    def user(self, uid: int, *groups: int, greeted: bool = False) -> Member:
        """Return a client of a user of the machine; its welcome is unseen only if ``greeted``."""
        self.at_socket.peer = Peer(uid, frozenset(groups))
        person = User(self, self.at_socket, UNIXAddress(b""))
        if not greeted:
            person.seen()
        return person

    def again(self, store: Store | None = None) -> Machine:
        """Return the machine after a restart of the server."""
        return Machine(self.logins, clock=self.clock, store=store or self.store)

    def _look_up(self, uid: int) -> Names:
        return Names(self.logins.get(uid, ""), GROUP)
