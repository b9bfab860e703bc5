"""`chatd wall` with a daemon: who may, what is said, and the exit status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.admin import admin
from tests.support.commands import chatd
from tests.support.live_server import LiveServer
from tests.support.sentences import EN

PASSWORD = "correct horse battery"


def wall(
    where: LiveServer, *arguments: str, given: bytes = b"", login: str = ""
) -> tuple[int, str, str]:
    """Run `chatd wall` through the daemon's UNIX socket; return its status, output and errors."""
    who = ["--login", login] if login else []
    status, out, err = chatd(
        where.directory,
        *("wall", "--unix", "chat.sock", *who, *arguments),
        given=given,
        CHATD_PASSWORD=PASSWORD,
    )
    return status, out.decode(), err.decode()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Yield a daemon with an administrator, ana, and a person who is none, luis."""
    directory: Path = tmp_path_factory.mktemp("chat")
    socket = f"unix:{directory}/chat.sock"
    with LiveServer(directory, "-l", socket, "--recent", "0") as daemon:
        for name in "ana", "luis":
            with daemon.guest() as person:
                person.type(f"/nick {name}\n/register {PASSWORD}")
                person.until(EN.notice("registered", name=name))
        assert admin(directory, "promote", "ana", store="sqlite:store")[0] == 0
        yield daemon
        daemon.stop()


class TestAnAdministrator:
    def test_is_heard_in_every_room(self, daemon: LiveServer) -> None:
        with daemon.guest() as lobby, daemon.guest() as ops:
            ops.type("/join ops")
            ops.until("ops")
            assert wall(daemon, "tea", "at five", login="ana") == (0, "", "")
            told = EN.deed("wall", "ana", reason="tea at five")
            for each in lobby, ops:
                each.until(told)

    def test_may_say_several_lines(self, daemon: LiveServer) -> None:
        given = "\ufeffone\r\n\n \u00f1\n".encode()
        with daemon.guest() as lobby:
            assert wall(daemon, given=given, login="ana") == (0, "", "")
            lobby.until(EN.deed("wall", "ana", reason="one"))
            lobby.until("\u00f1")

    def test_is_in_no_room_for_it(self, daemon: LiveServer) -> None:
        with daemon.guest() as lobby:
            wall(daemon, "tea", login="ana")
            shown = lobby.until("tea")
        assert EN.notice("joined", people="ana", count=1) not in shown


class TestOthers:
    @pytest.mark.parametrize("login", ["", "luis"])
    def test_are_told_who_may(self, daemon: LiveServer, login: str) -> None:
        status, _, errors = wall(daemon, "tea", login=login)
        assert status == 1
        assert errors.startswith("chatd: nothing was said: Not allowed: ")
        assert "group chatd" in errors
        assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "given", "why"),
    [
        ([" "], b"", "the text is empty"),
        ([], b"", "the text is empty"),
        (["-"], b" \n\n", "the text is empty"),
        (["one\ntwo"], b"", "TEXT is one line"),
        ([], b"\xff\n", "is not UTF-8"),
        ([], b"x\n" * 101, "more than 100 lines"),
        (["x" * 5000], b"", "longer than 4096"),
    ],
)
def test_a_text_that_cannot_be_said_is_refused_whole(
    daemon: LiveServer, arguments: list[str], given: bytes, why: str
) -> None:
    with daemon.guest() as lobby:
        status, _, errors = wall(daemon, *arguments, given=given, login="ana")
        assert status != 0
        assert why in errors
        assert errors.count("\n") == 1
        lobby.type("/sync")
        assert not [line for line in lobby.until("/sync") if "ana" in line]
