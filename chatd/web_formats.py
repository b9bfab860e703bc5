"""Events to JSON, for browsers and for programs: as WebSocket messages, and as server-sent events.

Pure, as `chatd.formats` is. A message is framed here, once for all who are sent it: what a server
sends over a WebSocket is not masked (RFC 6455 section 5.1), so it is the same bytes for everyone.
What each message holds is written down in docs/wire.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from chatd.encoding import Lines, encode_json, encode_line, encode_lines
from chatd.event import Change, Deed, Entry, Event, Kind, Notice
from chatd.formats import Format, told
from chatd.texts import ErrorKind, Language, sentence

_TEXT = 0x81
"""The first byte of a frame that is a whole text message (RFC 6455 section 5.2)."""


def framed(payload: bytes) -> bytes:
    """One whole text message of a WebSocket, as a server sends it."""
    length = len(payload)
    if length < 126:
        return bytes((_TEXT, length)) + payload
    if length < 1 << 16:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big") + payload


def event_members(event: Event, language: Language) -> dict[str, Any]:
    """An event as JSON has it, not yet made visible. A deed is told in a sentence, too."""
    members: dict[str, Any] = {
        "seq": event.seq,
        "time": event.time,
        "author": event.author,
        "kind": event.kind.name.lower(),
        "text": event.text,
    }
    if event.kind is Kind.DEED:
        with suppress(ValueError):  # that of a later chatd
            members["deed"] = Deed.of(event.text)._asdict()
        members["text"] = told(language, event)
    return members


def _notice_members(notice: Notice, language: Language) -> dict[str, Any]:
    text = sentence(language, notice.change.value, name=notice.name, new_name=notice.new_name)
    members = {"notice": notice.change.value, "name": notice.name, "text": text}
    if notice.change is Change.RENAMED:
        members["new_name"] = notice.new_name
    return members


@dataclass(frozen=True)
class MessageFormat(Format):
    """What JSON formats have in common: that everything is a message of some type."""

    language: Language = Language.ENGLISH

    def message(self, type: str, **members: Any) -> bytes:
        """A message of that type, as it goes over the wire."""
        raise NotImplementedError

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        text = sentence(self.language, key, **values)
        return self.message("error", kind=kind.value, key=key, text=text)

    def say(self, text: str, key: str = "") -> bytes:
        about = {"key": key} if key else {}
        return self.message("say", **about, text=Lines(text))

    def entered(self, room: str, topic: str, head: int, after: int, text: str) -> bytes:
        return self.message(
            "entered", room=room, head=head, after=after, topic=topic, text=Lines(text)
        )

    def left(self, room: str) -> bytes:
        return self.message("left", room=room)

    def in_language(self, language: Language) -> Format:
        return replace(self, language=language)


@dataclass(frozen=True)
class JsonFormat(MessageFormat):
    """JSON messages over a WebSocket. Those that show the ``past`` to one who asked say so. A
    ``quiet`` one shows no notices; one for answers says which message they are ``about``."""

    past: bool = False
    quiet: bool = False
    about: str | int | None = None

    @property
    def bell(self) -> bytes:  # type: ignore[override]
        return self.message("bell")

    def message(self, type: str, **members: Any) -> bytes:
        about = {} if self.about is None else {"id": self.about}
        return framed(encode_json({"type": type, **members, **about}))

    def render(self, entries: Sequence[Entry]) -> bytes:
        if self.quiet:
            entries = [entry for entry in entries if isinstance(entry, Event)]
        if not entries:
            return b""
        if any(isinstance(entry, Event) and entry.kind is Kind.PRIVATE for entry in entries):
            return b"".join(self._private_events(entries))
        members = {"past": True} if self.past else {}
        return self.message("events", room=entries[0].room, **members, events=self.members(entries))

    def found(self, events: Sequence[Event]) -> bytes:
        if not events:
            return b""
        return self.message("found", room=events[0].room, events=self.members(events))

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        return self.message("you", name=name, guest=is_guest, account=logged_in)

    def seen(self, room: str, seq: int) -> bytes:
        return self.message("seen", room=room, seq=seq)

    def private(self, author: str, text: str, receiver: str | None = None) -> bytes:
        to = {} if receiver is None else {"to": receiver}
        return self.message("private", author=author, text=text, **to)

    def of_past(self) -> Format:
        return replace(self, past=True)

    def with_quiet(self, quiet: bool) -> Format:
        return replace(self, quiet=quiet)

    def members(self, entries: Iterable[Entry]) -> list[dict[str, Any]]:
        """Entries as messages have them, to be made visible."""
        return [
            event_members(entry, self.language)
            if isinstance(entry, Event)
            else _notice_members(entry, self.language)
            for entry in entries
        ]

    def _private_events(self, entries: Iterable[Entry]) -> Iterable[bytes]:
        for entry in entries:
            if isinstance(entry, Event):
                past = {"past": True} if self.past else {}
                yield self.message(
                    "private", author=entry.author, text=entry.text, time=entry.time, **past
                )


@dataclass(frozen=True)
class SseFormat(MessageFormat):
    """Server-sent events (WHATWG HTML section 9.2), for `curl -N` and for EventSource."""

    def message(self, type: str, **members: Any) -> bytes:
        return _sse(type, members)

    def comment(self) -> bytes:
        """What is no event, and shows that the connection holds."""
        return encode_line(":", b"\n\n")

    def render(self, entries: Sequence[Entry]) -> bytes:
        return b"".join(
            _sse(entry.kind.name.lower(), event_members(entry, self.language), entry.seq)
            if isinstance(entry, Event)
            else _sse("notice", _notice_members(entry, self.language))
            for entry in entries
        )


def _sse(type: str, members: dict[str, Any], seq: int | None = None) -> bytes:
    fields = [f"event: {type}"] if seq is None else [f"id: {seq}", f"event: {type}"]
    return encode_lines(fields, b"\n") + b"data: " + encode_json(members) + b"\n\n"
