"""Each IRC client talks with people at nc and in a browser: nox -s irc_clients.

A client that this machine has not is skipped, and the reason says what it needs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium
from tests.browser.page import CUT_OFF, Page
from tests.proofs.irc_clients.bots import IrcFramework, IrssiBehindZnc, Pydle
from tests.proofs.irc_clients.conversation import (
    ANA,
    LUIS,
    PASSWORD,
    ROOM,
    crash,
    put_out,
    register,
    talk,
)
from tests.proofs.irc_clients.people import AtNc, AtPage
from tests.proofs.irc_clients.programs import Irssi, Program, WeeChat
from tests.support.live_server import LiveServer
from tests.support.server_processes import free_port

CLIENTS: tuple[type[Program], ...] = (Irssi, WeeChat, IrcFramework, IrssiBehindZnc, Pydle)

pytestmark = [
    pytest.mark.irc_clients,
    pytest.mark.skipif(shutil.which("nc") is None, reason="needs nc"),
    pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__),
]


class Scene:
    """A daemon, a person at nc and one in a browser, who are in a room."""

    def __init__(self, directory: Path, chromium: Chromium) -> None:
        self.port = free_port()
        at = f"tcp:{self.port}:interface=127.0.0.1"
        self._directory = directory
        self.server = LiveServer(directory, "--irc", at, "--irc-name=chatd.local", web=0)
        self.luis = AtNc(self.server.port, LUIS, f"/join {ROOM}")
        page = chromium.tab(Page)
        page.enter(self.server.url)
        self.noa = AtPage(page, "noa", ROOM)
        self.ana: Program | None = None

    def come(self, client: type[Program], password: str = "") -> Program:
        """Have a client come into the room, with the password of its account or as a guest."""
        if reason := client.missing():
            pytest.skip(f"needs {reason}")
        self.ana = client(self._directory / "client", self.port, ANA, ROOM, password)
        self.ana.until(self.ana.joined(ROOM))
        return self.ana

    def close(self) -> None:
        """End all."""
        if self.ana is not None:
            self.ana.close()
        with self.luis, self.server:
            pass


@pytest.fixture
def scene(tmp_path: Path, chromium: Chromium) -> Iterator[Scene]:
    scene = Scene(tmp_path, chromium)
    yield scene
    chromium.leave()
    scene.close()


def test_a_conversation(client: type[Program], scene: Scene) -> None:
    talk(scene.come(client), scene.luis, [scene.noa])


def test_who_is_put_out_comes_back(client: type[Program], scene: Scene) -> None:
    put_out(scene.come(client), scene.server)


def test_an_account_misses_nothing_and_is_sent_nothing_twice(
    client: type[Program], scene: Scene, chromium: Chromium
) -> None:
    chromium.forgive(CUT_OFF)
    register(scene.server, ANA)
    ana = scene.come(client, PASSWORD)
    with crash(scene.server, ana, scene.luis, [scene.noa]):
        chromium.leave()
        for text in ("antes de caer", "tras la caída"):
            assert ana.logs().count(text) == 1


def test_a_guest_misses_nothing_and_is_sent_the_last_lines_again(
    client: type[Program], scene: Scene, chromium: Chromium
) -> None:
    chromium.forgive(CUT_OFF)
    ana = scene.come(client)
    with crash(scene.server, ana, scene.luis, [scene.noa]):
        chromium.leave()
        assert ana.logs().count("antes de caer") == 2
        assert ana.logs().count("tras la caída") == 1
