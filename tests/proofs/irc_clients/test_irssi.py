"""irssi talks with people at a terminal, in the rooms that they share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.irc_clients.marks import until_read
from tests.proofs.irc_clients.programs import Irssi
from tests.support.live_server import LOOPBACK, Client, LiveServer
from tests.support.sentences import EN
from tests.support.server_processes import free_port
from tests.support.world import PASSWORD

pytestmark = pytest.mark.skipif(not Irssi.is_installed(), reason="no irssi")

CAME = "ana [ana@chatd.local] has joined #ops"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path, "--irc", LOOPBACK, "--irc-name=chatd.local") as server:
        yield server


def person(server: LiveServer, name: str, *lines: str) -> Client:
    """Return a person at a terminal, who has a name and has typed some lines."""
    client = server.guest()
    client.type(f"/nick {name}", *lines, "/whois nadie")
    client.until("nadie")
    return client


@pytest.fixture
def luis(server: LiveServer) -> Iterator[Client]:
    with person(server, "luis", "/join ops") as client:
        yield client


@pytest.fixture
def ana(server: LiveServer, tmp_path: Path, luis: Client) -> Iterator[Irssi]:
    irssi = Irssi(tmp_path / "irssi", server.ports[1], "ana", "ops")
    irssi.until(CAME)
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

    def test_one_who_is_put_out_comes_back_to_what_was_said(
        self, server: LiveServer, ana: Irssi
    ) -> None:
        with person(server, "eva", f"/register {PASSWORD}", "/create guardia") as eva:
            ana.type("/join #guardia", "hola")
            eva.until("<ana> hola")
            eva.type("/kick ana fuera", "ya no está")
            ana.until("was kicked from #guardia by eva")
            eva.until("<eva> ya no está")
            ana.type("/join #guardia")
            ana.until("ya no está")


class TestRestart:
    def test_an_account_misses_nothing_and_is_sent_nothing_twice(self, tmp_path: Path) -> None:
        port = free_port()
        listen = ("--irc", f"tcp:{port}:interface=127.0.0.1", "--irc-name=chatd.local")
        with LiveServer(tmp_path, *listen) as server:
            with person(server, "ana", f"/register {PASSWORD}"):
                pass
            with person(server, "luis", "/join ops") as luis:
                irssi = Irssi(tmp_path / "irssi", port, "ana", "ops", PASSWORD)
                irssi.until(CAME)
                luis.type("antes")
                irssi.until("luis> antes")
                until_read(tmp_path / "store", "ana", "ops", 1)
            server.kill()
            with server.again() as again, person(again, "luis", "/join ops", "después"):
                irssi.until("después")
                irssi.close()
                assert irssi.logs().count("antes") == 1
