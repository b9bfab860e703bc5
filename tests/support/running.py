"""A world with registered members, for tests of rights and moderation."""

from __future__ import annotations

from typing import Any

from chatd.accounts.accounts import Account
from chatd.chat.permissions import Mode, Role
from chatd.chat.server import ChatServer
from chatd.protocols.lines.bare import BareProtocol
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.rooms.room import Room
from chatd.storage.records import change
from chatd.text.folding import fold
from tests.support.world import Member, World


class Town(World):
    """A world in which accounts are registered without a password."""

    def again(self) -> Town:
        """Return the world after a restart: no client is connected, and records are as stored."""
        town = Town()
        town.clock, town.store = self.clock, self.store
        town.server = ChatServer(self.store, self.clock, now=self.clock.seconds)
        town.chat = ChatFactory(town.server, self.clock, ChatProtocol)
        town.bare = ChatFactory(town.server, self.clock, BareProtocol, 256)
        return town

    def register(self, name: str, *, admin: bool = False) -> None:
        """Register an account."""
        account = Account(name, "", admin)
        change(self.store, self.server.accounts.table.put(account.key, account))

    def citizen(self, name: str, *, admin: bool = False, network: str = "") -> Member:
        """Return a client that is logged in to an account of its own."""
        if self.server.accounts.called(name) is None:
            self.register(name, admin=admin)
        person = self.person()
        person.session.identity.network = network
        self.server.logins.log_in(person.session, self.server.accounts.table[fold(name)])
        self.settle()
        person.seen()
        return person

    def guest(self, name: str = "", *, network: str = "") -> Member:
        """Return a client of a guest."""
        person = self.person(name)
        person.session.identity.network = network
        return person

    def room(self, name: str) -> Room:
        """Return an existing room."""
        return self.server.rooms[fold(name)]

    def become(self, person: Member, role: Role, room: str) -> None:
        """Give a member a role in a room, as its owner or the operators' table would."""
        server = self.server
        session = person.session
        if role is Role.ADMINISTRATOR:
            account = server.accounts.table[session.account]._replace(admin=True)
            change(self.store, server.accounts.table.put(session.account, account))
        elif role is Role.OWNER:
            run = server.moderation.roles.rooms[fold(room)]._replace(owner=session.account)
            change(self.store, server.moderation.roles.rooms.put(fold(room), run))
        else:
            change(self.store, *server.moderation.roles.give(session.name, self.room(room), role))
        self.settle()

    def run(self, room: str, mode: Mode) -> None:
        """Set the mode of a room."""
        there = self.room(room)
        moderation = self.server.moderation
        puts = [] if mode is Mode.FREE else [moderation.roles.set_mode(there, mode)]
        self.server.deeds.carry_out(self.teller, there, None, *puts)
        self.settle()

    @property
    def teller(self) -> Any:
        """Return a session that changes records for a test."""
        return next(iter(self.server.sessions))
