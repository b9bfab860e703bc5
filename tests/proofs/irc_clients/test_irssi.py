"""irssi talks with people at nc, in the rooms that they share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
from tests.proofs.irc_clients.people import AtNc
from tests.proofs.irc_clients.programs import Irssi
from tests.support.live_server import LiveServer
from tests.support.server_processes import free_port

pytestmark = pytest.mark.skipif(
    bool(Irssi.missing()) or shutil.which("nc") is None, reason="needs irssi and nc"
)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[LiveServer]:
    at = f"tcp:{port}:interface=127.0.0.1"
    with LiveServer(tmp_path, "--irc", at, "--irc-name=chatd.local") as server:
        yield server


@pytest.fixture
def luis(server: LiveServer) -> Iterator[AtNc]:
    with AtNc(server.port, LUIS, f"/join {ROOM}") as luis:
        yield luis


def irssi(home: Path, port: int, password: str = "") -> Irssi:
    """Return irssi, which is in the room."""
    irssi = Irssi(home / "irssi", port, ANA, ROOM, password)
    irssi.until(irssi.joined(ROOM))
    return irssi


@pytest.fixture
def ana(luis: AtNc, tmp_path: Path, port: int) -> Iterator[Irssi]:
    ana = irssi(tmp_path, port)
    yield ana
    ana.close()


class TestIrssi:
    def test_a_conversation(self, ana: Irssi, luis: AtNc) -> None:
        talk(ana, luis, [])

    def test_one_who_is_put_out_comes_back_to_what_was_said(
        self, server: LiveServer, ana: Irssi
    ) -> None:
        put_out(ana, server)

    def test_an_account_misses_nothing_after_a_crash_and_is_sent_nothing_twice(
        self, server: LiveServer, luis: AtNc, tmp_path: Path, port: int
    ) -> None:
        register(server, ANA)
        ana = irssi(tmp_path, port, PASSWORD)
        with crash(server, ana, luis, []):
            ana.close()
        for text in ("antes de caer", "tras la caída"):
            assert ana.logs().count(text) == 1
