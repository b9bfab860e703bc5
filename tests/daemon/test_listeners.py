"""Addresses: each description is bound or refused in one line, and then none stays bound."""

from __future__ import annotations

import re
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chatd.daemon import listeners
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.listeners import BACKLOG, key_of
from chatd.protocols.lines.bare import BareProtocol
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.web.connection import WebProtocol
from chatd.util.extras import how_to_install
from tests.support.certificate import fingerprint_of, write_certificate
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


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("OpenSSL", f"TLS needs OpenSSL, which is not installed: {how_to_install('tls')}."),
        ("autobahn", "No module named 'autobahn'. Put that right, or give another address."),
    ],
)
def test_a_module_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, why: str
) -> None:
    def fail(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(listeners, "serverFromString", fail)
    address = f"ssl:0:{write_certificate(tmp_path / 'cert.pem')}"
    assert refusal(tmp_path, "--listen", address) == f"cannot listen on '{address}': {why}"


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


@pytest.mark.parametrize(
    "arguments",
    [
        "privateKey={}:interface=127.0.0.1",
        "privateKey=other.pem:certKey={}",
        "{}",
        "other.pem:{}",
        "backlog=7:other.pem:interface=\\:\\:1:{}",
    ],
)
def test_the_key_of_an_address_is_that_of_its_certificate(tmp_path: Path, arguments: str) -> None:
    directory = tmp_path / "a:b\\c=d"
    directory.mkdir()
    certificate = write_certificate(directory / "cert.pem")
    path = re.sub(r"([:\\=])", r"\\\1", str(certificate))
    assert key_of(f"ssl:60062:{arguments.format(path)}") == fingerprint_of(certificate)


def test_a_key_without_a_path_is_in_the_file_that_twisted_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    certificate = write_certificate(tmp_path / "server.pem")
    assert key_of("ssl:60062") == fingerprint_of(certificate)


def test_an_address_without_tls_has_no_key() -> None:
    assert key_of("tcp:60060") is None


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
        "endpoint", [SOCKET, "unix:mode=666:address=/run/s", "systemd:domain=UNIX:name=chat"]
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
