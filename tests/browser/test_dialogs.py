"""Dialogs of the page: what is asked for in one is answered in it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from tests.browser.chromium import Chromium
from tests.browser.page import ENTER, HERE, LINES, ME, TEXTS, Page
from tests.support.live_server import CHECKOUT, LiveServer
from tests.support.proxy_headers import HEADERS


def answer(page: Page, *texts: str) -> None:
    """Type texts into the focused field, and send each; what was sent before is replaced."""
    for text in texts:
        page.type(text)
        page.press(ENTER)


def test_a_refused_name_is_told_in_the_dialog_which_takes_the_next_one(page: Page) -> None:
    page.click("#name-open")
    answer(page, "mar ía")
    page.has("#account-error", "Error: ")
    assert page.focused == "account-name"
    answer(page, "maría")
    page.has(ME, "maría")
    page.shows("#account", False)
    page.until(lambda: page.focused == "line", "the line to write in has the keyboard")
    assert page.texts(LINES) == []


def test_a_refused_room_is_told_in_the_dialog_which_takes_the_next_one(page: Page) -> None:
    page.click("#browse-open")
    answer(page, "new room!")
    page.has("#browse-error", "Error: ")
    assert page.focused == "browse-name"
    assert page.texts("#browse-rooms .item") == []
    answer(page, "Incident-7")
    page.has(HERE, "Incident-7")
    page.shows("#browse", False)
    page.reload()
    page.has(HERE, "Incident-7")
    page.click("#browse-open")
    page.has("#browse-rooms .item", "Incident-7")
    page.type("lob")
    page.lacks("#browse-rooms .item", "Incident-7")
    page.has("#browse-count", "1 room")
    page.has("#browse-rooms .item", "lobby")
    answer(page, "by")
    page.has(HERE, "lobby")
    page.shows("#browse", False)
    assert page.texts(TEXTS) == []


def test_an_answer_that_is_not_waited_for_is_told_in_the_room(page: Page) -> None:
    page.click("#name-open")
    page.type("mar ía")
    page.script("document.querySelector('#account-form').requestSubmit()\naccount.close()")
    page.has(f"{LINES}.error", "Invalid name")
    page.click("#name-open")
    assert page.texts("#account-error") == [""]


def test_the_button_of_the_dialog_says_what_it_does(page: Page) -> None:
    page.click("#signin-open")
    for way, label in (
        ("signin", "Sign in"),
        ("register", "Create the account"),
        ("name", "Continue"),
    ):
        page.click(f"input[name=way][value={way}]")
        assert page.texts("#account-go") == [label]


@pytest.fixture
def without_accounts(chromium: Chromium, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a daemon that cannot check passwords."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "argon2.py").write_text("raise ImportError")
    variables = {"PYTHONPATH": os.pathsep.join((str(hidden), CHECKOUT))}
    with LiveServer(tmp_path, web=0, variables=variables) as daemon:
        yield daemon.url
        chromium.leave()


def test_accounts_are_not_offered_where_there_are_none(
    chromium: Chromium, without_accounts: str
) -> None:
    page = chromium.tab(Page)
    page.enter(without_accounts)
    assert not page.is_shown("#signin-open")
    assert not page.is_shown("#welcome-account")
    page.click("#name-open")
    page.has("#account-why", "cannot be registered")
    assert not page.is_shown("#account-ways")
    answer(page, "ana")
    page.has(ME, "ana")


class Relay(BaseRequestHandler):
    """Passes a connection on to the daemon, as one that comes over a network in clear text."""

    def handle(self) -> None:
        assert isinstance(self.server, RelayServer)
        with socket.create_connection(("127.0.0.1", self.server.to)) as daemon:
            daemon.sendall(HEADERS["v1"][0])
            back = Thread(target=copy, args=(daemon, self.request))
            back.start()
            copy(self.request, daemon)
            back.join()


class RelayServer(ThreadingTCPServer):
    """Listens for such connections, which lead to the port ``to``."""

    daemon_threads = True

    def __init__(self, to: int) -> None:
        self.to = to
        super().__init__(("127.0.0.1", 0), Relay)


def copy(source: socket.socket, target: socket.socket) -> None:
    """Copy what comes from one socket into another until either ends."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def in_clear(chromium: Chromium, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a daemon to which others on the way can read what is sent."""
    web = ("--web", "haproxy:tcp:0:interface=127.0.0.1")
    with LiveServer(tmp_path, *web) as daemon, RelayServer(daemon.web_port or 0) as relay:
        Thread(target=relay.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{relay.server_address[1]}/"
        chromium.leave()
        relay.shutdown()


def test_no_password_is_asked_for_where_others_can_read_it(
    chromium: Chromium, in_clear: str
) -> None:
    page = chromium.tab(Page)
    page.enter(in_clear)
    assert not page.is_shown("#signin-open")
    assert not page.is_shown("#welcome-account")
    page.click("#name-open")
    page.has("#account-why", "this connection is not encrypted")
    assert not page.is_shown("#account-ways")
    assert not page.is_shown("#account-password")
    answer(page, "ana")
    page.has(ME, "ana")
