"""A private room with its owner and a guest, for tests of the ends of logins."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from chatd.storage.records import Put
from tests.support.http import Served
from tests.support.world import PASSWORD, Member


class Town:
    """Ana owns the private room #den, where Luis is, too; Olga has an account."""

    def __init__(self) -> None:
        self.web = Served()
        self.world, self.server = self.web.world, self.web.server
        self.web.account("olga")
        self.luis = self.world.person("luis")
        self.owner = self.world.person("ana")
        self.owner.type(f"/register {PASSWORD}", "/create den private", "/invite luis")
        self.luis.type("/join den")

    def login(self, password: str = PASSWORD) -> Member:
        person = self.world.person()
        person.type(f"/login ana {password}", "/join den")
        person.seen()
        return person

    def do(self, coroutine: Any) -> Any:
        done: list[Any] = []
        Deferred.fromCoroutine(coroutine).addCallback(done.append)
        self.world.settle()
        (result,) = done
        return result

    def secret(self, kind: str, scope: str = "write") -> str:
        account = self.server.accounts.table["ana"]
        secret, puts = self.server.credentials.issue(account, kind, "t", scope)
        self.do(self.server.registrations.change_credentials(*puts))
        return secret

    def revoke(self, kind: str) -> None:
        revoked: list[Put] = []
        for key in self.server.credentials.of("ana", kind):
            revoked += self.server.credentials.revoke(key)
        self.do(self.server.registrations.change_credentials(*revoked))

    def said_by_ana(self) -> list[str]:
        """Return the lines said as Ana, in rooms and to Olga, since the doors began to try."""
        said: list[str] = []
        for room in (*self.server.rooms.values(), *self.server.unread.inboxes.logs.values()):
            events = self.do(room.read(0, room.head))
            said += [event.text for event in events if event.author.lower() == "ana"]
        return [text for text in said if "mischief" in text]
