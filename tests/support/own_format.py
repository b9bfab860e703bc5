"""A format of one session alone, which knows the session's name, beside one that is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatd.errors import ErrorKind
from chatd.event import LEAVING, Departure, Entry, Event
from chatd.formats.base import Entrance, Format
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language

SHARED = ChatFormat()


@dataclass(frozen=True)
class OwnFormat(Format):
    """Each line begins with the name of the session, but those of rooms: they are ``shared``."""

    shared: Format = SHARED
    name: str = ""

    def _line(self, text: str) -> bytes:
        return f"{self.name} {text}\n".encode()

    def render(self, entries: Sequence[Entry]) -> bytes:
        events = [entry for entry in entries if isinstance(entry, Event)]
        return b"".join(self._line(f"read {event.text}") for event in events)

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        return self._line(f"error {key}")

    def say(self, text: str, key: str = "") -> bytes:
        return self._line(f"say {key}")

    def entered(self, entrance: Entrance) -> bytes:
        return self._line(f"entered {entrance.room}")

    def left(self, room: str, departure: Departure = LEAVING) -> bytes:
        return self._line(f"left {room}")

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        return self._line(f"is {name}")

    def private(self, author: str, text: str, receiver: str | None = None) -> bytes:
        return self._line(f"private {text}")

    def named(self, name: str, logged_in: bool) -> Format:
        return replace(self, name=name)

    def with_times(self, times: bool) -> Format:
        return replace(self, shared=self.shared.with_times(times))

    def with_quiet(self, quiet: bool) -> Format:
        return replace(self, shared=self.shared.with_quiet(quiet))

    def in_language(self, language: Language) -> Format:
        return replace(self, shared=self.shared.in_language(language))
