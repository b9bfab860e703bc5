"""irssi talks with a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.irc_clients.programs import Irssi
from tests.support.live_server import LOOPBACK, Client, LiveServer
from tests.support.sentences import EN

pytestmark = pytest.mark.skipif(not Irssi.is_installed(), reason="no irssi")


@pytest.fixture(scope="class")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("daemon"), "--irc", LOOPBACK) as server:
        yield server


@pytest.fixture
def luis(server: LiveServer) -> Iterator[Client]:
    with server.guest() as client:
        client.type("/nick luis", "/join ops")
        client.until(EN.notices("joined_room", room="ops", here="")[0][:12])
        yield client


@pytest.fixture
def ana(server: LiveServer, tmp_path: Path, luis: Client) -> Iterator[Irssi]:
    irssi = Irssi(tmp_path / "irssi", server.ports[1], "ana", "ops")
    luis.until(EN.notice("joined", people="ana", count=1))
    irssi.type("/window goto #ops")
    yield irssi
    irssi.close()


class TestIrssi:
    def test_a_conversation(self, ana: Irssi, luis: Client) -> None:
        ana.type("hola")
        luis.until("<ana> hola")
        luis.type("buenas", "/me saluda")
        ana.until("luis> buenas")
        ana.until("* luis saluda")
        ana.type("/me baila", "/topic turno de noche")
        luis.until("* ana baila")
        luis.until(EN.notice("topic_set", name="ana", topic="turno de noche"))
        ana.type("/msg luis adiós")
        luis.until("(private) <ana> adiós")
        luis.type("/msg ana y tú")
        ana.until("y tú")
