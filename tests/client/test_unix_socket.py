"""`chatd.client.unix_socket`: a server is known unless a third user could have put it there."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from chatd.client import unix_socket
from chatd.client.sentences import Sentence
from chatd.client.wire import ClientError
from chatd.util.private_files import UnsafePath
from tests.support.stand_in import FakeServer, listen

OTHER = 4242
"""A user who is neither root nor the user of the tests."""


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Return the path of a socket at which a server of this user listens."""
    with FakeServer(listen, unix=tmp_path / "chat.sock"):
        yield tmp_path / "chat.sock"


def doubt(path: Path) -> Sentence | None:
    connection, reason = unix_socket.connect(str(path))
    connection.close()
    return reason


@pytest.fixture
def full(tmp_path: Path) -> Iterator[socket.socket]:
    """Return a listener at ``full.sock`` whose queue is full, as in a rush of clients."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(tmp_path / "full.sock"))
        listener.listen(0)
        with suppress(BlockingIOError):
            while True:
                client = opened.enter_context(socket.socket(socket.AF_UNIX))
                client.setblocking(False)
                client.connect(listener.getsockname())
        yield listener


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse the connection")
class TestAFullQueue:
    def test_is_waited_for(self, full: socket.socket) -> None:
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(unix_socket.connect, full.getsockname())
            assert not wait([waiting], 0.05).done
            full.accept()[0].close()
            connection, _ = waiting.result(10)
            assert connection.getblocking()
            connection.close()

    def test_is_not_waited_for_without_end(
        self, full: socket.socket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unix_socket, "CONNECT_TIMEOUT", 0.05)
        with pytest.raises(ClientError, match=r"is busy.* Try again later\.$"):
            unix_socket.connect(full.getsockname())


def test_the_listener_is_known(path: Path) -> None:
    connection, _ = unix_socket.connect(str(path))
    with connection:
        assert unix_socket.listener_of(connection) == os.geteuid()


def test_a_server_of_this_user_is_known_anywhere(path: Path) -> None:
    path.parent.chmod(0o1777)
    assert doubt(path) is None


def test_a_server_of_another_user_is_known_if_no_third_one_could_have_put_it_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []

    def resolve(path: Path, trusted: set[int], *, may_be_sticky: bool) -> Path:
        checked.append((path, trusted, may_be_sticky))
        return path

    monkeypatch.setattr(unix_socket, "listener_of", lambda connection: OTHER)
    monkeypatch.setattr("chatd.util.private_files.resolve", resolve)
    assert doubt(path) is None
    assert checked == [(path, {0, os.geteuid(), OTHER}, False)]


def test_a_server_of_another_user_is_not_known_if_a_third_one_could_have_put_it_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> Path:
        raise UnsafePath("others may write to the directory.")

    monkeypatch.setattr(unix_socket, "listener_of", lambda connection: OTHER)
    monkeypatch.setattr("chatd.util.private_files.resolve", refuse)
    assert doubt(path) == Sentence("others_socket", user=OTHER)


def test_where_the_listener_is_not_told_the_directory_is_judged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    path.parent.chmod(0o1777)
    assert doubt(path)


class TestFinding:
    """The socket of a daemon of this machine."""

    def test_that_of_the_service_comes_before_that_of_the_user(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert unix_socket.paths() == ["/run/chatd/chat.sock", f"{tmp_path}/chatd/chat.sock"]

    def test_the_directory_of_another_user_is_not_the_users(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`su` keeps the variable, and that user's server would be sent what was meant for ours."""
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setattr(os, "geteuid", lambda: OTHER)
        assert unix_socket.paths() == ["/run/chatd/chat.sock"]

    @pytest.mark.parametrize("variable", [None, "", "relative", "/no/such/directory"])
    def test_without_a_directory_the_user_has_none(
        self, monkeypatch: pytest.MonkeyPatch, variable: str | None
    ) -> None:
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        if variable is not None:
            monkeypatch.setenv("XDG_RUNTIME_DIR", variable)
        assert unix_socket.paths() == ["/run/chatd/chat.sock"]

    def test_a_socket_that_is_gone_or_has_no_listener_is_passed_over(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(f"{tmp_path}/stale")
        candidates = [f"{tmp_path}/no", f"{tmp_path}/stale", str(path)]
        monkeypatch.setattr(unix_socket, "paths", lambda: candidates)
        found = unix_socket.find()
        assert found is not None
        assert found[0] == str(path)
        found[1].close()

    def test_one_that_is_not_known_is_not_taken(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unix_socket, "paths", lambda: [str(path)])
        monkeypatch.setattr(unix_socket, "listener_of", lambda connection: OTHER)
        path.parent.chmod(0o1777)
        assert unix_socket.find() is None


def test_no_server_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=r"^no server at .*/no: No such file"):
        unix_socket.connect(f"{tmp_path}/no")


def test_a_file_that_is_no_socket_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=rf"^{tmp_path} is not a socket\. Check the path\.$"):
        unix_socket.connect(str(tmp_path))


def test_a_path_that_is_too_long_is_one_line() -> None:
    with pytest.raises(ClientError, match=r"^cannot reach x+: AF_UNIX path too long"):
        unix_socket.connect("x" * 200)
