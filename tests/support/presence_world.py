"""A room whose members come and go, as a client sees it that is shown presences."""

from __future__ import annotations

from chatd.chat.actions.rename import rename
from chatd.chat.session import Session
from chatd.formats.base import Format
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from tests.support.presence_format import PresenceFormat
from tests.support.sessions import done, taken
from tests.support.world import Member, World


class PresenceWorld(World):
    """A room, #ops, of Olga, and a client in it, Eva's, that is shown presences."""

    def __init__(self) -> None:
        super().__init__()
        self.olga = self.member("olga")
        self.olga.type("/join ops")
        self.eva = self.reader("eva")
        self.seen(self.eva)

    @property
    def ops(self) -> Room:
        return self.room("ops")

    def reader(self, name: str, format: Format = PresenceFormat()) -> Session:  # noqa: B008
        """Return a session in #ops."""
        session = self.server.connect(Stream(), format)
        done(self, rename(self.server, session, name))
        session.subscriptions.allow_many_rooms()
        session.enter(self.ops, "joined_room", 0)
        return session

    def seen(self, session: Session) -> list[str]:
        """Return the lines that a session was sent, but those of the server."""
        self.settle()
        return [line for line in taken(session.stream).splitlines() if not line.startswith("***")]

    @property
    def told(self) -> list[str]:
        """The lines that Eva was sent since the last call."""
        return self.seen(self.eva)

    def come(self, name: str = "") -> Member:
        """Return a client that is in #ops; a guest without a name."""
        client = self.person(name) if name else self.person()
        client.type("/join ops")
        return client
