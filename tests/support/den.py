"""A private room with its owner and a guest, for tests of the ends of logins."""

from __future__ import annotations

from chatd.storage.records import Put
from chatd.util.fair_queue import Asker
from tests.support.http import SiteWorld
from tests.support.sessions import done
from tests.support.world import PASSWORD


class Den(SiteWorld):
    """Ana owns the private room #den, where Luis is, too; Olga has an account."""

    def __init__(self) -> None:
        super().__init__()
        self.world.register("olga")
        self.luis = self.world.person("luis")
        self.owner = self.world.person("ana")
        self.owner.type(f"/register {PASSWORD}", "/create den private", "/invite luis")
        self.luis.type("/join den")

    def revoke(self, kind: str) -> None:
        """Revoke all secrets of Ana's of one kind."""
        revoked: list[Put] = []
        for key in self.server.credentials.of("ana", kind):
            revoked += self.server.credentials.revoke(key)
        done(self.world, self.server.registrations.change_credentials(*revoked))

    def said_by_ana(self) -> list[str]:
        """Return the lines said as Ana, in rooms and to Olga, since the doors began to try."""
        said: list[str] = []
        for room in (*self.server.rooms.values(), *self.server.unread.inboxes.logs.values()):
            events = done(self.world, room.read(0, room.head, Asker("", "")))
            said += [event.text for event in events if event.author.lower() == "ana"]
        return [text for text in said if "mischief" in text]
