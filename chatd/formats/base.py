"""Events to bytes, for each kind of client. Pure: no store, no session, no wire.

A format is a value: two clients with equal formats are sent the same bytes, rendered once. Every
line that leaves the daemon is made here, and goes through the one encoder on its way.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import NamedTuple

from chatd.errors import ErrorKind
from chatd.event import Deed, Entry, Event, Kind
from chatd.i18n import Language, sentence
from chatd.text.times import written_duration

_MESSAGE = Kind.MESSAGE  # see chatd.rooms.room
_ACTION = Kind.ACTION

BELL = b"\x07"
"""What makes a terminal ring. Nothing else that a terminal is sent is a control character, and
nobody is sent this one who has not asked for it."""

_OF_MODES = ("create", "mode")
"""The deeds whose target is the word for a mode."""


class Entrance(NamedTuple):
    """The entry of a session into a room whose last seq is ``head``, of which it is sent the lines
    after the seq ``after``. ``bookmark`` is that of ``after``, "" if it is not known. A returning
    session is ``resumed`` where it was, or begins ``anew``, because it was in another log.
    ``greeting`` and ``then`` are sentences.
    """

    room: str
    head: int
    after: int
    topic: str
    greeting: str
    then: str = ""
    bookmark: str = ""
    resumed: bool = False
    anew: bool = False


class Format(abc.ABC):
    """How one kind of client is shown what happens. What it has no way to show is nothing."""

    bell = b""
    """What makes it ring."""

    @abc.abstractmethod
    def render(self, entries: Sequence[Entry]) -> bytes:
        """The lines that show these entries, each with its end."""

    @abc.abstractmethod
    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        """The line that says what was wrong, and what would be right; key as in `chatd.i18n`."""

    def say(self, text: str, key: str = "") -> bytes:
        """Lines that the server says. If they are one sentence of `chatd.i18n`, ``key`` is its."""
        return b""

    def entered(self, entrance: Entrance) -> bytes:
        """Render the entry of a session into a room."""
        return b""

    def left(self, room: str) -> bytes:
        """It is in that room no more."""
        return b""

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        """Who it is from now on."""
        return b""

    def seen(self, room: str, seq: int) -> bytes:
        """That room was seen up to there by whoever it is for, here or elsewhere."""
        return b""

    def found(self, events: Sequence[Event]) -> bytes:
        """Events that were asked for, out of their order."""
        return self.of_past().render(events)

    def private(self, author: str, text: str, receiver: str | None = None) -> bytes:
        """A private line; with ``receiver``, as the one who said it sees it."""
        return b""

    def with_times(self, times: bool) -> Format:
        """The same, with or without the time before each event."""
        return self

    def of_past(self) -> Format:
        """The same, for what was said before, shown to one who asked for it."""
        return self.with_times(True)

    def for_newcomers(self) -> Format:
        """The same, for the last lines of a room, which one who comes in is shown."""
        return self.with_times(True)

    def with_quiet(self, quiet: bool) -> Format:
        """The same, without notices or with them."""
        return self

    def in_language(self, language: Language) -> Format:
        """The same, in another language."""
        return self

    def with_eol(self, eol: bytes) -> Format:
        """The same, with other line ends."""
        return self


def told(language: Language, event: Event) -> str:
    """What the server says of an event that is a topic or a deed, not yet made visible."""
    if event.kind is Kind.TOPIC:
        key = "topic_set" if event.text else "topic_cleared"
        return sentence(language, key, name=event.author, topic=event.text)
    try:
        return _deed(language, event.author, Deed.of(event.text))
    except (ValueError, KeyError):  # that of a later chatd, or of none
        return f"{event.author}: {event.text}"


def _deed(language: Language, name: str, deed: Deed) -> str:
    verb, target, seconds, reason = deed
    if target.startswith("@"):
        verb, target = f"{verb}_address", target[1:]
    if verb in _OF_MODES:
        target = mode_word(language, target)
    did = sentence(language, f"did_{verb}", name=name, target=target)
    if seconds:
        did = sentence(language, "for_time", did=did, time=written_duration(seconds))
    key = "with_reason" if reason else "without_reason"
    return sentence(language, key, did=did, reason=reason)


def mode_word(language: Language, mode: str) -> str:
    """The word for a room's mode; that of a later chatd is its own."""
    try:
        return sentence(language, f"mode_{mode}")
    except KeyError:
        return mode
