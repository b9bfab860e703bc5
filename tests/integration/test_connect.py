"""`chatd connect` in a terminal, with a daemon that stops, is replaced, or cannot store."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.admin import admin
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.live_server import PATIENCE, LiveServer
from tests.support.stand_in import unused_port
from tests.support.terminal import Terminal


def shows(terminal: Terminal, text: str) -> None:
    """Wait until a text is on the screen."""
    terminal.until(lambda rows: any(text in row for row in rows))


def shows_again(terminal: Terminal, text: str) -> None:
    """Have the client connect again, until a text is on the screen."""
    end = time.monotonic() + PATIENCE
    while not count(terminal, text):
        assert time.monotonic() < end, f"{text!r} is not on the screen: {terminal.rows()}"
        terminal.type("\r")
        terminal.read(0.3)


def count(terminal: Terminal, text: str) -> int:
    """Return the number of rows of the screen with a text."""
    return sum(text in row for row in terminal.rows())


class Place:
    """A directory with a daemon, and terminals with `chatd connect`."""

    def __init__(self, directory: Path) -> None:
        self.socket = str(directory / "chat.sock")
        self.directory = directory
        self.terminals: list[Terminal] = []
        self.servers: list[LiveServer] = []

    def serve(self, *arguments: str) -> LiveServer:
        """Start a daemon at the socket, where one may have been."""
        server = LiveServer(self.directory, "-l", f"unix:{self.socket}", *arguments)
        self.servers.append(server)
        return server

    def connect(self, name: str, *arguments: str) -> Terminal:
        """Start `chatd connect` under a name, at the socket unless there are other arguments."""
        address = arguments or ("--unix", self.socket)
        terminal = Terminal(*address, "--name", name, rows=40)
        self.terminals.append(terminal)
        shows(terminal, f"You are {name}")
        return terminal

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        for server in self.servers:
            server.__exit__()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with closing(Place(tmp_path)) as place:
        yield place


def test_a_line_that_was_typed_while_the_server_was_away_is_said_when_it_is_back(
    place: Place,
) -> None:
    server = place.serve()
    ana = place.connect("ana")
    server.kill()
    ana.type("while away\rhalf a li")
    ana.read(0.1)
    place.serve()
    ana.type("ne\r")
    shows_again(ana, "<ana> half a line")
    luis = place.connect("luis")
    shows(luis, "<ana> half a line")
    for terminal in (ana, luis):
        assert count(terminal, "while away") == count(terminal, "half a line") == 1


def test_another_log_is_told_of_and_shown_after_the_one_that_is_lost(place: Place) -> None:
    server = place.serve("-s", "memory:")
    ana = place.connect("ana")
    ana.type("before\r")
    ana.type("/topic\r")
    shows(ana, "No topic is set")  # then the line before is acknowledged, and not said again
    server.kill()
    place.serve("-s", "memory:")
    ana.type("after\r")
    shows_again(ana, "<ana> after")
    assert count(ana, "before") == count(ana, "<ana> after") == 1
    shows(ana, "Another log of #lobby")


def test_a_line_that_the_full_disk_does_not_take_is_given_back(place: Place) -> None:
    server = place.serve()
    ana = place.connect("ana")
    unlimited = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, -1))
    ana.type("precious\r")
    shows(ana, "Not saved")
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
    ana.type("\r")  # it is in the input line again
    shows(ana, "<ana> precious")


def test_a_changed_key_ends_the_conversation_and_shows_what_was_not_sent(place: Place) -> None:
    port = unused_port()

    def serve_tls(name: str) -> LiveServer:
        pem = write_certificate(place.directory / name)
        return place.serve("-l", f"ssl:{port}:interface=127.0.0.1:privateKey={pem}:certKey={pem}")

    server = serve_tls("one.pem")
    fingerprint = fingerprint_of(place.directory / "one.pem")
    ana = place.connect("ana", "127.0.0.1", str(port), "--fingerprint", fingerprint)
    server.kill()
    ana.type("not for others\r")
    ana.read(0.1)
    serve_tls("two.pem")
    shows_again(ana, "chatd: the key of")
    assert ana.status() == 1
    shown = " ".join(ana.rows())
    assert "not for others" in shown
    assert fingerprint in shown.replace(" ", "")


def test_an_account_comes_back_with_its_rooms_and_is_asked_for_its_password_once(
    place: Place,
) -> None:
    password = "correct horse battery"
    assert admin(place.directory, "add", "ana", password=f"{password}\n")[0] == 0
    server = place.serve()
    ana = Terminal("--unix", place.socket, "--login", "ana", "--room", "ops", rows=40)
    place.terminals.append(ana)
    shows(ana, "Password for ana:")
    ana.type(f"{password}\r")
    shows(ana, "You are in #ops")
    ana.type("one\r")
    shows(ana, "<ana> one")
    server.kill()
    ana.type("two\r")
    ana.read(0.1)
    place.serve()
    shows_again(ana, "<ana> two")
    assert not count(ana, "horse")


def test_no_password_is_asked_for_by_a_server_that_is_not_known(place: Place) -> None:
    port = place.serve().port
    terminal = Terminal("127.0.0.1", str(port), "--login", "ana")
    place.terminals.append(terminal)
    assert terminal.status() == 1
    assert "is not known" in " ".join(terminal.rows())


def test_the_second_of_one_name_is_told_so_and_is_a_guest(place: Place) -> None:
    place.serve()
    ana = place.connect("ana")
    second = Terminal("--unix", place.socket, "--name", "ana", rows=40)
    place.terminals.append(second)
    shows(second, "ana is taken")
    second.type("hola\r")
    shows(second, "> hola")
    shows(ana, "> hola")
    assert not count(ana, "<ana> hola")


def test_leaving_says_goodbye_once_the_last_line_is_stored(place: Place) -> None:
    place.serve()
    ana = place.connect("ana")
    ana.type("the last\r/quit\r")
    assert ana.status() == 0
    shows(place.connect("luis"), "<ana> the last")
