"""Addresses: each description is bound or refused in one line, and then none stays bound."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chatd.daemon import listeners
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.listeners import BACKLOG
from chatd.protocols.lines.bare import BareProtocol
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.web.connection import WebProtocol
from tests.support.service import FREE, make, ports_of, refusal, unbind
from tests.support.settings import settings


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        endpoint = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
        line = refusal(tmp_path, "--listen", endpoint)
    assert line.startswith(f"cannot listen on '{endpoint}': another address of this daemon has")


@pytest.mark.parametrize(
    "endpoint",
    [
        "tcp:60060:interface=nowhere.invalid",
        "tcp:0:interface=192.0.2.1",
        "unix:/nonexistent/directory/chat",
        "ssl:0:privateKey=/nonexistent",
        "systemd:domain=INET:index=0",
    ],
)
def test_a_bad_endpoint_is_refused(tmp_path: Path, endpoint: str) -> None:
    for option in "--listen", "--bare", "--web":
        line = refusal(tmp_path, "--listen", FREE, option, endpoint)
        assert line.startswith(f"cannot listen on '{endpoint}': ")


def test_a_module_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'autobahn'", name="autobahn")

    monkeypatch.setattr(listeners, "serverFromString", fail)
    why = "No module named 'autobahn'. Put that right, or give another address."
    assert refusal(tmp_path, "--listen", FREE) == f"cannot listen on '{FREE}': {why}"


def test_when_one_address_is_refused_none_is_bound(tmp_path: Path) -> None:
    from twisted.internet import reactor

    before = set(reactor.getReaders())  # type: ignore[attr-defined]
    refusal(tmp_path, "--listen", FREE, "--bare", FREE, "--bare", "tcp:0:interface=192.0.2.1")
    assert set(reactor.getReaders()) <= before  # type: ignore[attr-defined]


async def test_each_address_speaks_its_own_kind_of_lines(tmp_path: Path) -> None:
    some = "-l", FREE, "--listen", FREE, "-b", FREE, "--bare", FREE, "-w", FREE, "--web", FREE
    service = make(tmp_path, *some)
    kinds = [type(port.factory.buildProtocol(None)) for port in ports_of(service)]  # type: ignore[attr-defined]
    lines = [ChatProtocol, ChatProtocol, BareProtocol, BareProtocol]
    assert kinds == [*lines, WebProtocol, WebProtocol]
    await unbind(service)


async def test_many_connections_may_wait_at_each_address(tmp_path: Path) -> None:
    service = make(tmp_path, "-l", FREE, "-l", f"unix:{tmp_path}/chat", "-l", f"{FREE}:backlog=7")
    assert [port.backlog for port in ports_of(service)] == [BACKLOG, BACKLOG, 7]  # type: ignore[attr-defined]
    await unbind(service)


class TestUnixNames:
    SOCKET = "unix:/run/chatd/chat.sock"

    @pytest.fixture(autouse=True)
    def linux(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")

    @pytest.mark.parametrize(
        "endpoint",
        [
            SOCKET,
            "unix:mode=666:address=/run/s",
            "systemd:domain=UNIX:name=chat",
            "systemd:name=chat",
        ],
    )
    def test_have_an_effect_at_a_unix_socket(self, endpoint: str) -> None:
        assert settings("--unix-names", "--listen", FREE, "--listen", endpoint).unix_names

    @pytest.mark.parametrize(
        "endpoints",
        [
            (),
            ("--listen", "haproxy:unix:/run/s"),
            ("--listen", "systemd:domain=INET:index=0"),
            ("--bare", SOCKET),
            ("--web", SOCKET),
        ],
    )
    def test_need_one_for_chat_lines(self, tmp_path: Path, endpoints: tuple[str, ...]) -> None:
        line = refusal(tmp_path, "--unix-names", *endpoints)
        assert line.startswith("--unix-names needs a UNIX socket: add --listen unix:")

    def test_need_linux(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        line = refusal(tmp_path, "--unix-names", "--listen", self.SOCKET)
        assert line.startswith("--unix-names needs Linux")

    async def test_are_those_of_the_chat_alone(self, tmp_path: Path) -> None:
        socket = f"unix:{tmp_path}/s"
        service = make(tmp_path, "--unix-names", "--listen", socket, "--bare", FREE, "--web", FREE)
        knowing = [each.kind for each in service.listeners if each.factory.local_users is not None]
        assert knowing == [ListenerKind.CHAT]
        await unbind(service)
