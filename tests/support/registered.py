"""Two in the lobby: Ana, who has an account and its password, and Luis, a guest."""

from __future__ import annotations

from typing import Any

from chatd.accounts.accounts import Account
from chatd.chat.server import ChatServer
from tests.support.sentences import EN
from tests.support.world import PASSWORD, World


class AnaAndLuis:
    """A world in which Luis has come, and Ana has registered with `PASSWORD`."""

    def __init__(self, **options: Any) -> None:
        self.world = World(**options)
        self.luis = self.world.person("luis")
        self.ana = self.world.person("ana")
        assert self.ana.ask(f"/register {PASSWORD}") == [EN.notice("registered", name="ana")]
        self.luis.seen()

    @property
    def server(self) -> ChatServer:
        return self.world.server

    def account(self) -> Account:
        """Return Ana's account as it is now."""
        return self.server.accounts.table["ana"]
