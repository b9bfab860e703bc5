"""Chat lines, for people at a terminal.

This module must not know a store, a session or a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatd.errors import ErrorKind
from chatd.event import Event, Kind, Line, Notice
from chatd.formats.base import BELL, Entrance, Format, notice_sentence, told
from chatd.i18n import Language, sentence
from chatd.text.escaping import encode_screen_line, encode_screen_lines
from chatd.text.times import local_time

_MESSAGE = Kind.MESSAGE  # see chatd.rooms.room


@dataclass(frozen=True)
class ChatFormat(Format):
    """The format of chat lines: names, notices, and the time before each event if ``times``.

    If ``quiet``, notices are left out.
    """

    kind = "chat"
    bell = BELL

    language: Language = Language.ENGLISH
    times: bool = False
    eol: bytes = b"\n"
    quiet: bool = False

    def render(self, entries: Sequence[Line]) -> bytes:
        if self.quiet:
            entries = [entry for entry in entries if isinstance(entry, Event)]
        lines = [
            # Nearly all entries are messages, so these are rendered without a call.
            f"<{entry.author}> {entry.text}"
            if isinstance(entry, Event) and entry.kind is _MESSAGE
            else self._other(entry)
            for entry in entries
        ]
        if self.times:
            lines = [
                f"[{local_time(entry.time // 1000)}] {line}" if isinstance(entry, Event) else line
                for entry, line in zip(entries, lines, strict=True)
            ]
        return encode_screen_lines(lines, self.eol)

    def _other(self, entry: Line) -> str:
        if isinstance(entry, Notice):
            return f"*** {notice_sentence(self.language, entry)}"
        if entry.kind is Kind.ACTION:
            return f"* {entry.author} {entry.text}"
        if entry.kind is Kind.NOTICE:
            return f"<{entry.author}> {entry.text}"
        if entry.kind is Kind.PRIVATE:
            return f"(private) <{entry.author}> {entry.text}"
        return f"*** {told(self.language, entry)}"

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        detail = sentence(self.language, key, **values)
        return encode_screen_line(f"ERR {kind.value}: {detail}", self.eol)

    def say(self, text: str, key: str = "") -> bytes:
        # Every line is marked, so that no client's text can pass for one of the server's.
        return encode_screen_lines([f"*** {line}" for line in text.split("\n")], self.eol)

    def entered(self, entrance: Entrance) -> bytes:
        topic = entrance.topic
        about = sentence(self.language, "topic", topic=topic) if topic else ""
        return self.say("\n".join(filter(None, (entrance.greeting, about, entrance.then))))

    def private(self, author: str, text: str, receiver: str | None = None) -> bytes:
        mark = "(private)" if receiver is None else f"(private to {receiver})"
        return encode_screen_line(f"{mark} <{author}> {text}", self.eol)

    def with_times(self, times: bool) -> Format:
        return self if times is self.times else replace(self, times=times)

    def with_quiet(self, quiet: bool) -> Format:
        return self if quiet is self.quiet else replace(self, quiet=quiet)

    def in_language(self, language: Language) -> Format:
        return self if language is self.language else replace(self, language=language)

    def with_eol(self, eol: bytes) -> Format:
        return self if eol == self.eol else replace(self, eol=eol)
