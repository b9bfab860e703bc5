"""A random walk of the people in a room: plain clients and tabs that come, go and change names.

After each step, the list of every tab has to equal the answer to ``/who``.
"""

from __future__ import annotations

import random
import re
import time
from typing import NamedTuple

from tests.browser.chromium import Chromium
from tests.browser.page import HERE, Page
from tests.browser.tab import POLL_SECONDS
from tests.support.live_server import Client, LiveServer
from tests.support.sentences import EN

NAMES = ["ana", "luis", "eva", "max", "zoe", "ian"]
ACCOUNTS = ["olga", "ivan"]
PASSWORD = "correct horse"
CLIENTS = 12
"""Most plain clients at a time."""

EQUAL_SECONDS = 5.0
"""Most seconds until the lists equal what the room has: much more than they take."""

SHOWN = """
const people = Array.from(document.querySelectorAll("#people button"));
const me = people.find(person => person.disabled)?.dataset.name ?? "";
const names = people.map(person => person.dataset.name);
return [me, names, document.getElementById("guests").innerText];
"""

_WHO = re.compile(r"\*\*\* In #lobby: (.*)\.")
_GUESTS = re.compile(r"(\d+) guests?")


class Here(NamedTuple):
    """The people in the room: their names, and the number of the guests without one."""

    names: frozenset[str]
    guests: int


def here_of(answer: str) -> Here:
    """Return the people in the answer to ``/who``."""
    parts = re.split(", | and ", answer)
    guests = [int(found[1]) for part in parts if (found := _GUESTS.fullmatch(part))]
    return Here(frozenset(part for part in parts if not _GUESTS.fullmatch(part)), sum(guests))


def tabs(chromium: Chromium, daemon: LiveServer) -> list[Page]:
    """Return three tabs in the lobby: two of one browser, and one of another."""
    pages = [chromium.tab(Page) for _ in range(3)]
    for page, host in zip(pages, ("127.0.0.1", "127.0.0.1", "localhost"), strict=True):
        page.enter(daemon.url_at(host))
    return pages


class PeopleWalk:
    """A room with some tabs in it, and the plain clients that come and go."""

    def __init__(self, daemon: LiveServer, pages: list[Page], seed: int) -> None:
        self._random = random.Random(seed)
        self._daemon = daemon
        self._pages = pages
        self._clients: list[Client] = []
        self._watcher = daemon.guest()
        for name in ACCOUNTS:
            with daemon.guest() as client:
                client.type(f"/nick {name}", f"/register {PASSWORD}")
                client.until(EN.notice("registered", name=name))

    def step(self) -> str:
        """Take a random step, and return its name."""
        steps = [self._come, self._come, self._go, self._rename, self._log_in, self._log_out]
        steps += [self._rename_a_tab, self._reload_a_tab, self._go_and_come_back]
        if not self._clients:
            steps = [self._come]
        step = self._random.choice(steps)
        step()
        return step.__name__

    def seconds_until_equal(self) -> float:
        """Return the seconds that the lists took to equal what the room has.

        While one list does not, the others are not looked at: the browser draws a tab that is used
        after another one.
        """
        begun = time.monotonic()
        while True:
            here = self._who()
            other = next((each for each in map(self._shown, self._pages) if each != here), None)
            took = time.monotonic() - begun
            if other is None:
                return took
            assert took < EQUAL_SECONDS, f"{other} are shown, and here are {here}"
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Close the plain clients."""
        for client in (*self._clients, self._watcher):
            client.__exit__()

    def _who(self) -> Here:
        self._watcher.type("/who")
        answer = self._watcher.until("*** In #lobby:")[-1]
        found = _WHO.fullmatch(answer)
        assert found is not None, answer
        return here_of(found[1])

    def _shown(self, page: Page) -> Here:
        me, names, rest = page.script(SHOWN)
        guests = sum(int(count) for count in _GUESTS.findall(rest))
        is_guest = me.startswith("guest")
        return Here(frozenset(names) - ({me} if is_guest else set()), guests + is_guest)

    def _one(self) -> Client:
        return self._random.choice(self._clients)

    def _come(self) -> None:
        if len(self._clients) < CLIENTS:
            self._clients.append(self._daemon.guest())

    def _go(self) -> None:
        client = self._one()
        self._clients.remove(client)
        client.__exit__()

    def _rename(self) -> None:
        self._ask(f"/nick {self._random.choice(NAMES)}")

    def _log_in(self) -> None:
        self._ask(f"/login {self._random.choice(ACCOUNTS)} {PASSWORD}")

    def _log_out(self) -> None:
        self._ask("/logout")

    def _ask(self, line: str) -> None:
        """Type a command, and wait until it was carried out."""
        client = self._one()
        client.type(line, "/echo on")
        client.until(EN.notice("echo_on"))

    def _rename_a_tab(self) -> None:
        self._random.choice(self._pages).say(f"/nick {self._random.choice(NAMES)}")

    def _reload_a_tab(self) -> None:
        page = self._random.choice(self._pages)
        page.reload()
        page.has(HERE, "")

    def _go_and_come_back(self) -> None:
        client = self._one()
        client.type("/join elsewhere")
        client.until("#elsewhere")
        client.type("/join lobby")
        client.until("#lobby")
