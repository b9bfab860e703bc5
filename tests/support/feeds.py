"""A format, a store and entries for tests of feeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.errors import ErrorKind
from chatd.event import Draft, Entry, Event, Notice, Presence
from chatd.formats.base import BELL, Format
from chatd.util.error_log import ErrorLog
from tests.support import stores

PAGE = 3
"""Most events of a page of a `PagedStore`."""


class PlainFormat(Format):
    """A format of bare lines that counts its renderings."""

    bell = BELL

    def __init__(self) -> None:
        self.renders = 0

    def render(self, entries: Sequence[Entry]) -> bytes:
        self.renders += len(entries)
        texts = [
            " ".join(entry.names) if isinstance(entry, Notice) else entry.text for entry in entries
        ]
        return "".join(f"{text}\n" for text in texts).encode()

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        return f"ERR {kind.value} {values['first']}-{values['last']}\n".encode()


class PresentFormat(PlainFormat):
    """The same with the presence of others."""

    shows_presence = True

    def presence(self, presence: Presence) -> bytes:
        return f"{presence.change.value} {presence.name}\n".encode()


class PagedStore:
    """A store of pages of `PAGE` events, each read when the test says so.

    ``prompt`` makes it return them at once.
    """

    shared = False

    def __init__(self) -> None:
        self.error_log = ErrorLog(Clock())
        self.events: list[Event] = []
        self.prompt = False
        self.asked: list[tuple[int, int]] = []
        self.later: list[Callable[[], None]] = []
        self._gates: list[Deferred[None]] = []

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        self.asked.append((after, upto))
        if not self.prompt:
            gate: Deferred[None] = Deferred()
            self._gates.append(gate)
            await gate
        return self.events[after : min(upto, after + PAGE)]

    @property
    def pending(self) -> bool:
        return bool(self._gates)

    def answer(self) -> None:
        self._gates.pop(0).callback(None)

    async def catch_up(self) -> None:
        """Do nothing: no other node has this store."""

    def once_all_were_read(self, call: Callable[[], None]) -> None:
        """Keep a call for `go_on`."""
        self.later.append(call)

    def go_on(self) -> None:
        """Make the calls that were to be made once all clients were read."""
        later, self.later = self.later, []
        for call in later:
            call()

    def fail(self, error: Exception) -> None:
        self._gates.pop(0).errback(error)


def said(text: str, session: int = 1) -> Draft:
    return stores.draft(text, session=session)


def joined(name: str, session: int = 1) -> Notice:
    return stores.joined(name, session=session)


def lines(data: bytes) -> list[str]:
    assert data == b"" or data.endswith(b"\n")
    return data.decode().splitlines()
