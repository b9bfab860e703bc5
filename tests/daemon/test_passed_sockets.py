"""Sockets of the service manager: each is taken once, and those of one name all serve."""

from __future__ import annotations

import os
import re
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatd.daemon import wiring
from chatd.daemon.bind_errors import CannotBind
from chatd.daemon.listeners import BACKLOG
from chatd.daemon.passed_sockets import (
    PassedSocket,
    PassedSockets,
    forget_address,
    passed_sockets,
)
from chatd.daemon.service import ChatService
from tests.support.live_server import PATIENCE, WELCOMED, Client, LiveServer, unix_connection
from tests.support.manager import AS_SYSTEMD
from tests.support.service import FREE, make, ports_of, refusal, unbind

NAME = {"name": "chat"}


class Sockets:
    """Sockets that listen, by names, as systemd passes them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.passed: list[PassedSocket] = []

    def add(self, opened: socket.socket, name: str = "chat") -> str:
        """Add a socket, and return its address as text."""
        self._stack.enter_context(opened)
        self.passed.append(PassedSocket(name, os.dup(opened.fileno())))
        address = opened.getsockname()
        return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else str(address)

    def tcp(self, name: str = "chat") -> str:
        return self.add(socket.create_server(("127.0.0.1", 0)), name)

    def unix(self, path: Path, name: str = "chat") -> str:
        opened = socket.socket(socket.AF_UNIX)
        opened.bind(str(path))
        opened.listen()
        path.chmod(0o600)
        return self.add(opened, name)

    @property
    def all(self) -> PassedSockets:
        return PassedSockets(self.passed)

    def close(self) -> None:
        self._stack.close()
        for each in self.passed:
            try:
                os.close(each.descriptor)
            except OSError:
                continue  # the daemon had it


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sockets]:
    """Return sockets that are passed to the daemon of the test."""
    sockets = Sockets()
    monkeypatch.setattr(wiring, "passed_sockets", lambda *_: sockets.all)
    yield sockets
    sockets.close()


def addresses(service: ChatService) -> list[str]:
    return [f"{port.getHost().host}:{port.getHost().port}" for port in ports_of(service)]  # type: ignore[attr-defined]


class TestServed:
    async def test_are_all_of_one_name(self, sockets: Sockets, tmp_path: Path) -> None:
        passed = [sockets.tcp(), sockets.tcp()]
        service = make(tmp_path, "--listen", "systemd:name=chat")
        assert addresses(service) == passed
        await unbind(service)

    async def test_are_those_of_each_address(self, sockets: Sockets, tmp_path: Path) -> None:
        web, chat = sockets.tcp("web"), sockets.tcp()
        service = make(tmp_path, "--listen", "systemd:name=chat", "--web", "systemd:INET:0")
        assert addresses(service) == [chat, web]
        await unbind(service)

    async def test_let_as_many_wait_as_others_do(self, sockets: Sockets, tmp_path: Path) -> None:
        host, _, port = sockets.tcp().partition(":")
        service = make(tmp_path, "--listen", "systemd:name=chat")
        with ExitStack() as waiting:
            for _ in range(min(BACKLOG, 100)):  # Twisted's own is 50
                client = waiting.enter_context(socket.socket())
                client.settimeout(PATIENCE)
                client.connect((host, int(port)))
        await unbind(service)

    async def test_take_connections_for_the_next_daemon_after_a_stop(
        self, sockets: Sockets, tmp_path: Path
    ) -> None:
        path = tmp_path / "chat"
        host, _, port = sockets.tcp().partition(":")
        sockets.unix(path)
        await unbind(make(tmp_path, "--listen", "systemd:name=chat"))
        socket.create_connection((host, int(port)), PATIENCE).close()
        unix_connection(str(path)).close()

    async def test_keep_their_file_and_its_mode(self, sockets: Sockets, tmp_path: Path) -> None:
        path = tmp_path / "chat"
        sockets.unix(path)
        service = make(tmp_path, "--listen", "systemd:name=chat")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await unbind(service)
        assert path.is_socket()


class TestRefused:
    def test_is_a_name_that_is_not_passed(self, sockets: Sockets, tmp_path: Path) -> None:
        sockets.tcp("web")
        sockets.tcp("bare")
        line = refusal(tmp_path, "--listen", "systemd:name=chat")
        told = "systemd passes only web or bare. Start chatd by a .socket unit, whose FileDescr"
        assert line.startswith(f"cannot listen on 'systemd:name=chat': {told}")

    def test_is_a_socket_that_no_address_takes(self, sockets: Sockets, tmp_path: Path) -> None:
        sockets.tcp("web")
        line = refusal(tmp_path, "--listen", FREE)
        assert line == (
            "systemd passes the socket 'web', and no address takes it. Add --listen"
            " systemd:name=web, or --web, or systemd = 'web' to a [[listen]], or stop its .socket"
            " unit."
        )

    def test_is_told_without_what_a_terminal_obeys(self, sockets: Sockets, tmp_path: Path) -> None:
        sockets.tcp("\x1b[31m")
        assert "systemd passes only ^[[31m." in refusal(tmp_path, "--listen", "systemd:name=chat")

    def test_is_a_socket_that_another_address_has(self, sockets: Sockets, tmp_path: Path) -> None:
        sockets.tcp()
        both = "--listen", "systemd:name=chat", "--web", "systemd:INET:0"
        assert "another address of this daemon has the socket 'chat'." in refusal(tmp_path, *both)

    def test_is_a_socket_of_another_domain(self, sockets: Sockets, tmp_path: Path) -> None:
        sockets.tcp()
        line = refusal(tmp_path, "--listen", "systemd:UNIX:name=chat")
        assert "is not of the domain UNIX. Leave the domain out: systemd:name=chat." in line

    def test_is_one_that_accepts_no_connections(self, sockets: Sockets) -> None:
        for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
            sockets.add(socket.socket(socket.AF_UNIX, kind), str(kind))
            with pytest.raises(CannotBind, match=r"accepts no connections\. Its unit needs"):
                sockets.all.take({"name": str(kind)})

    def test_is_what_is_no_socket(self, tmp_path: Path) -> None:
        with (tmp_path / "file").open("w") as file:
            passed = PassedSockets([PassedSocket("chat", file.fileno())])
            with pytest.raises(CannotBind, match="what systemd passes as 'chat' is no socket"):
                passed.take(NAME)


class TestClosed:
    def test_is_a_file_that_others_cannot_connect_to(
        self, sockets: Sockets, tmp_path: Path
    ) -> None:
        sockets.unix(tmp_path / "web")
        (taken,) = sockets.all.take(NAME, closed=True)
        taken.detach()

    @pytest.mark.parametrize("mode", [0o662, 0o661, 0o666])
    def test_is_none_that_others_can_connect_to(
        self, mode: int, sockets: Sockets, tmp_path: Path
    ) -> None:
        path = tmp_path / "web"
        sockets.unix(path)
        path.chmod(mode)
        with pytest.raises(CannotBind, match="'chat' is no UNIX socket that is closed"):
            sockets.all.take(NAME, closed=True)

    def test_is_none_of_ip_none_without_a_file_and_none_whose_file_is_gone(
        self, sockets: Sockets, tmp_path: Path
    ) -> None:
        sockets.tcp("tcp")
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind(f"\0{tmp_path}")
        abstract.listen()
        sockets.add(abstract, "abstract")
        sockets.unix(tmp_path / "gone", "gone")
        (tmp_path / "gone").unlink()
        for name in "tcp", "abstract", "gone":
            with pytest.raises(CannotBind, match=f"'{name}' is no UNIX socket that is closed"):
                sockets.all.take({"name": name}, closed=True)

    def test_is_asked_for_where_a_proxy_is_trusted(self, sockets: Sockets, tmp_path: Path) -> None:
        path, file = tmp_path / "web", tmp_path / "chatd.toml"
        sockets.unix(path)
        path.chmod(0o666)
        file.write_text(
            f'[[listen]]\nendpoint = "{FREE}"\n[[listen]]\nkind = "web"\nsystemd = "chat"\n'
            'trusted_header = "Remote-User"\ntrusted_uid = "0"\n'
        )
        line = refusal(tmp_path, "--config", str(file))
        assert line.startswith(
            "cannot listen on 'systemd:name=chat': the socket 'chat' is no UNIX socket that is"
        )


def test_without_systemd_there_is_none() -> None:
    from twisted.internet import reactor

    environment = {"LISTEN_FDNAMES": "chat"}
    with pytest.raises(CannotBind, match="no socket at all"):
        passed_sockets(environment, reactor).take(NAME)
    assert environment == {}


def test_of_an_address_that_is_dropped_the_files_of_chatd_go(tmp_path: Path) -> None:
    for name, is_ours in ("ours", True), ("managers", False):
        path = tmp_path / name
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(str(path))
        if is_ours:
            (tmp_path / f"{name}.lock").symlink_to("4711")
        forget_address(bound)
        assert bound.fileno() == -1
    assert [each.name for each in tmp_path.iterdir()] == ["managers"]
    tcp = socket.create_server(("127.0.0.1", 0))
    forget_address(tcp)
    assert tcp.fileno() == -1


def closed_by_exec(file: Path) -> bool:
    """Return True if an open file of a process is closed in the programs that it runs."""
    try:
        text = file.read_text()
    except FileNotFoundError:  # it was that of a client
        return True
    (flags,) = re.findall(r"^flags:\s+(\d+)$", text, re.MULTILINE)
    return bool(int(flags, 8) & os.O_CLOEXEC)


def test_two_sockets_of_one_name_serve_and_no_child_inherits_them(tmp_path: Path) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in "ab"]
        first, second = (each.fileno() for each in opened)
        daemon = stack.enter_context(
            LiveServer(
                tmp_path,
                *("--listen", "systemd:name=chat"),
                under=[sys.executable, "-Sc", AS_SYSTEMD, str(first), str(second)],
                pass_fds=[first, second],
                variables={"LISTEN_FDS": "2", "LISTEN_FDNAMES": "chat:chat"},
            )
        )
        for each in opened:
            with Client(each.getsockname()[1]) as client:
                client.until(WELCOMED)
        assert daemon.ports[1:] == [each.getsockname()[1] for each in opened]
        if sys.platform == "linux":
            files = Path(f"/proc/{daemon.process.pid}/fdinfo")
            assert all(closed_by_exec(each) for each in files.iterdir() if int(each.name) > 2)
