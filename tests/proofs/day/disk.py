"""A daemon whose store is a file, and all that clients may have stored in it.

`DEEDS` has a row for each kind of thing that is stored. This module must not know budgets.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, cast

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IAddress
from twisted.internet.task import Clock

from chatd.daemon.settings import Settings
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.store import SqliteStore
from chatd.text.folding import fold
from chatd.text.messages import MOST_MESSAGE_LINES
from tests.proofs.day.clients import HttpConnection, Terminal
from tests.proofs.day.daemon import HOST, Daemon
from tests.support.http import request
from tests.support.immediately import without_threads
from tests.support.world import PASSWORD

REST_SECONDS = 180.0
"""Seconds after which all that was stored is in the search index, too: see
`chatd.storage.sqlite.maintenance_schedule`."""

FACTOR = 1.1
"""Most bytes that the file may grow for each byte that is charged, with a few lines: it
grows by pages, and the index is denser in a file of a few megabytes. There, none takes more."""

HERE = IPv4Address("TCP", "203.0.113.7", 40_000)


Maker = Callable[[Clock, Callable[[], float], Settings], SqliteStore]


def file_at(path: Path) -> Maker:
    """Return a maker of stores in that file, which read and write it without threads."""

    def make(clock: Clock, now: Callable[[], float], settings: Settings) -> SqliteStore:
        limit = SizeLimit(path, settings.max_store)
        return without_threads(SqliteStore(cast(Any, clock), path, now, limit))

    return make


class Disk:
    """A daemon that stores in a file in a directory; ``options`` are those of its command line."""

    def __init__(self, directory: Path, *options: str) -> None:
        self._path = directory / "chatd.sqlite"
        self.daemon = Daemon(file_at(self._path), options)

    def used(self) -> int:
        """Wait until the search index is complete. Return the bytes of the file that are in use."""
        cast(Any, self.daemon.store)._schedule.request()
        self.rest(REST_SECONDS)
        with closing(sqlite3.connect(self._path)) as connection:
            figures = [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            ]
        pages, free, size = figures
        return int((pages - free) * size)

    @property
    def size(self) -> int:
        """The bytes of the file, and of its log."""
        return sum(path.stat().st_size for path in self._path.parent.iterdir())

    def rest(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.daemon.run(self.daemon.clock.seconds() + seconds)

    def close(self) -> None:
        """Close the file."""
        self.daemon.stop()


class Attacker(Terminal):
    """A terminal whose refusals are counted, and are no faults."""

    def __init__(self, daemon: Daemon, address: IAddress = HERE) -> None:
        self.errors: list[str] = []
        super().__init__(daemon, "attacker", address)

    def fault(self, what: str) -> None:
        self.errors.append(what)

    def do(self, step: str | bytes) -> None:
        """Type a line, or send a request over a connection of its own."""
        if isinstance(step, str):
            self.type(step.replace("CODE", self.daemon.receiver.code))
        else:
            _Asker(self.daemon, self.errors).send(step)


class _Asker(HttpConnection):
    """A connection for one request, whose errors are added to a list."""

    def __init__(self, daemon: Daemon, errors: list[str]) -> None:
        self._errors = errors
        super().__init__(daemon, "attacker", HERE)

    def fault(self, what: str) -> None:
        self._errors.append(what)


class Deed(NamedTuple):
    """Something that is stored when a line is typed, or a few, or requests are sent.

    ``steps`` are the lines or requests of the deed with a number, ``before`` the lines that are
    typed before the first one. A deed of an ``account`` is not for guests.
    """

    steps: Callable[[int], Sequence[str | bytes]]
    before: Sequence[str] = ()
    account: bool = True
    seconds: float = 1.0
    """Seconds that a deed takes: commands are slower than lines."""


_CHANCE = random.Random(7)
_ASCII = [chr(code) for code in range(33, 127) if chr(code) != "/"]
_HAN = [chr(code) for code in range(0x4E00, 0x9FFF)]
_LONG = [chr(code) for code in range(0x3300, 0x3400) if len(fold(chr(code))) > 3]
"""Signs that are indexed as four letters or more."""

_SHORT = [chr(code) for code in range(0x80, 0x3400) if len(fold(chr(code))) in (2, 3)]
"""Signs that are indexed as two or three letters."""

_FAR = [chr(code) for code in range(0x20000, 0x2A6DF)]


def _text(alphabet: Sequence[str], length: int) -> str:
    """Return a text whose trigrams are new ones, as far as the alphabet allows."""
    return "".join(_CHANCE.choices(alphabet, k=length))


def _same(*lines: str) -> Callable[[int], Sequence[str]]:
    return lambda number: [line.replace("NUMBER", str(number)) for line in lines]


def _post(target: str, body: bytes, **headers: str) -> bytes:
    return request("POST", target, body, host=HOST, **headers)


ROOM = ("/create mine",)

POSTS = "/api/rooms/posts/messages"
SIGN_IN = json.dumps({"name": "victim", "password": PASSWORD}).encode()

DEEDS: dict[str, Deed] = {
    "lines of one letter": Deed(_same("x"), account=False),
    "short lines": Deed(lambda number: [_text(_ASCII, 60)], account=False),
    "long lines": Deed(lambda number: [_text(_ASCII, 4096)], account=False),
    "long lines of Chinese": Deed(lambda number: [_text(_HAN, 4096)], account=False),
    "long lines of rare characters": Deed(lambda number: [_text(_FAR, 4096)], account=False),
    "long lines of signs that stand for words": Deed(
        lambda number: [_text(_LONG, 4096)], account=False
    ),
    "long lines of rare characters and signs": Deed(
        lambda number: ["".join(map(str.__add__, _text(_FAR, 2048), _text(_SHORT, 2048)))],
        account=False,
    ),
    "long lines of one letter": Deed(_same("x" * 4096), account=False),
    "lines that escape tenfold": Deed(_same("a" + "\U000e0001" * 4000), account=False),
    "messages of many lines": Deed(
        _same("/paste", *["x"] * MOST_MESSAGE_LINES, "."), account=False, seconds=3.0
    ),
    "actions": Deed(lambda number: [f"/me {_text(_ASCII, 60)}"], account=False),
    "private lines": Deed(lambda number: [f"/msg victim {_text(_HAN, 1000)}"], account=False),
    "topics": Deed(lambda number: [f"/topic {_text(_HAN, 200)}"], account=False),
    "rooms": Deed(_same("/join roomNUMBER", "x"), account=False),
    "rooms of an account": Deed(_same("/create rNUMBER", "/close")),
    "rooms of an account that are kept": Deed(_same("/create rNUMBER")),
    "modes": Deed(_same("/mode moderated", "/mode open"), ROOM),
    "roles": Deed(_same("/op victim", "/unop victim"), ROOM),
    "invitations": Deed(_same("/invite victim", "/uninvite victim"), ROOM),
    "questions": Deed(
        lambda number: [
            f"/ask {_text(_HAN, 999)} | {_text(_HAN, 99)}",
            "/a",
            "/ask done",
            f"/ask {_text(_HAN, 9)}",
            f"/a {_text(_HAN, 499)}",
            "/show answers",
            "/ask done",
        ],
        account=False,
        seconds=10.0,
    ),
    "decisions": Deed(lambda number: [_text(_HAN, 200), f"/mark {_text(_HAN, 4000)}"], ROOM),
    "acks": Deed(
        lambda number: [f"/ask {_text(_HAN, 99)}", f"/ack {_text(_HAN, 4000)}", "/ask done"]
    ),
    "mutes": Deed(_same("/mute victim 1h " + "r" * 90, "/unban victim"), ROOM),
    "bans of names": Deed(lambda number: [f"/ban guy{number} 1d {_text(_HAN, 90)}"], ROOM),
    "bans of networks": Deed(
        lambda number: 2 * [f"/ban 192.0.{number}.0/24 1d {_text(_HAN, 90)}"], ROOM, seconds=2.0
    ),
    "ignored names": Deed(_same("/ignore guyNUMBER", "/unignore guyNUMBER")),
    "away": Deed(lambda number: [f"/away {_text(_HAN, 199)}"]),
    "stays": Deed(_same("/stay on", "/stay off")),
    "rooms of one who stays": Deed(_same("/join roomNUMBER", "x"), ("/stay on",)),
    "comings and goings in a register": Deed(
        _same("/join lobby", "/join home"), ("/create home", "/mode register on")
    ),
    "languages": Deed(_same("/language es", "/idioma en")),
    "tokens": Deed(_same("/token new tNUMBER", PASSWORD, "/token revoke tNUMBER")),
    "passwords": Deed(_same(f"/password keep-tokens {PASSWORD}", PASSWORD)),
    "hooks": Deed(
        _same("/hook add https://hooks.example/NUMBER", PASSWORD, "/hook remove 1"), ROOM
    ),
    "pushes": Deed(
        # An account may have a code sent every ten minutes.
        lambda number: [["/push https://a.example/", PASSWORD], ["/push confirm CODE"]][number % 2],
        seconds=310.0,
    ),
    "registrations": Deed(
        _same("/nick guyNUMBER", f"/register {PASSWORD}", "/logout"), account=False, seconds=10.0
    ),
    "registrations that end": Deed(
        _same("/nick guyNUMBER", f"/register {PASSWORD}", f"/unregister {PASSWORD}"),
        account=False,
        seconds=10.0,
    ),
    "failed tries": Deed(_same("/login victim wrong-password-NUMBER"), account=False, seconds=60.0),
    "names": Deed(_same("/nick guyNUMBER"), account=False),
    "posts with keys": Deed(
        lambda number: [_post(f"{POSTS}?name=eve", b"x", idempotency_key=f"key-{number}")],
        account=False,
    ),
    "posts of names": Deed(
        lambda number: [_post(f"{POSTS}?name=eve{number}", b"x", idempotency_key="key")],
        account=False,
    ),
    "posts of many lines": Deed(
        lambda number: [_post(POSTS, b"x\n" * 250)], account=False, seconds=5.0
    ),
    "sign-ins": Deed(
        lambda number: [_post("/api/signin", SIGN_IN, content_type="application/json")],
        account=False,
    ),
}
"""All that is stored, by name, and how it is made."""


def prepare(disk: Disk, deed: Deed) -> Attacker:
    """Return an attacker who is ready for a deed; victim, who is not here, has an account."""
    victim = Attacker(disk.daemon)
    victim.type("/nick victim", f"/register {PASSWORD}")
    disk.rest(5)
    victim.hang_up()
    attacker = Attacker(disk.daemon)
    if deed.account:
        attacker.type("/nick eve", f"/register {PASSWORD}")
    attacker.type(*deed.before)
    disk.rest(30)
    return attacker


def repeat(disk: Disk, attacker: Attacker, deed: Deed, numbers: range) -> None:
    """Do a deed some times."""
    for number in numbers:
        for step in deed.steps(number):
            attacker.do(step)
        disk.rest(deed.seconds)
