"""Lines that people say, in IRC: with tags, cut to the length of a line, and in batches.

A text that is longer than a line is cut at words, and never inside a grapheme. Clients with
multiline messages get the parts of a text, and the lines of a message, as one batch; others as
lines of which the first one that is not blank has the id of the message. (IRCv3 message-ids,
account-tag, server-time, batch, multiline.)

A private text that begins with `PRIVATE_MARKS` is an action, or a notice: the log of an inbox has
private lines alone, and other doors show the mark. Pure. This module must not know a session.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatd.event import Event, Kind
from chatd.formats.irc_lines import LINE_BYTES
from chatd.formats.irc_tags import IrcServer, msgid, server_time
from chatd.formats.irc_text import in_parts
from chatd.text.escaping import encode_line, encode_lines, is_ordinary
from chatd.text.messages import size_of
from chatd.text.times import local_time

EOL = b"\r\n"

SPOKEN = frozenset((Kind.MESSAGE, Kind.ACTION, Kind.NOTICE, Kind.PRIVATE))
"""The kinds of events that are rendered here."""

MULTILINE = "draft/multiline"
CONCAT = "draft/multiline-concat"

PRIVATE_MARKS = {"ACTION": "/me ", "NOTICE": "/notice "}
"""The beginnings of private texts that are actions, and of those that are notices."""

_ACTION, _NOTICE, _PRIVATE = Kind.ACTION, Kind.NOTICE, Kind.PRIVATE  # see chatd.rooms.room
_BEGIN_ACTION, _END_ACTION = b"\x01ACTION ", b"\x01\r\n"
_AROUND_ACTION = len(_BEGIN_ACTION) + 1


class _Part(NamedTuple):
    """A part of what was said. One that is ``joined`` goes on the line of the part before it."""

    text: str
    joined: bool = False


class Spoken(NamedTuple):
    """The way in which clients are sent what is said.

    ``capabilities`` are those of `chatd.formats.irc.OF_ROOMS`. Lines of the past may be in a
    ``batch``, which is its reference. If they are ``dated``, each text begins with its time.
    """

    server: IrcServer
    capabilities: frozenset[str] = frozenset()
    batch: str = ""
    dated: bool = False

    def render(self, events: Sequence[Event], target: str) -> bytes:
        """Render what was said, to a channel or to a person."""
        if not events:
            return b""
        data: list[bytes] = []
        lines: list[str] = []
        mask_of, command_of, tags_of = self.server.mask, _command_of, self.tags
        usual = not self.dated and is_ordinary("".join([event.text for event in events]))
        at = 0
        while at < len(events):
            event = events[at]
            if usual and event.part_of is None and event.kind is not _ACTION:
                command, text = command_of(event)
                line = f":{mask_of(event.author)} {command} {target} :{text}"
                if (
                    command
                    and (len(line) * 4 <= LINE_BYTES or size_of(line) <= LINE_BYTES)
                    and self.server.cuts_of(text) is None
                ):
                    lines.append(tags_of(event) + line)
                    at += 1
                    continue
            whole = _whole(events, at)
            at += len(whole)
            data.append(encode_lines(lines, EOL))
            data += self._message(whole, target)
            lines = []
        data.append(encode_lines(lines, EOL))
        return b"".join(data)

    def tags(self, event: Event, *, first: bool = True, batch: str = "") -> str:
        """Return the tags of an event, with the space after them; "" for none.

        The ``first`` line of it has its id. It is in a batch if there is one.
        """
        capabilities = self.capabilities
        tags = []
        if batch := batch or self.batch:
            tags.append(f"batch={batch}")
        if "server-time" in capabilities:
            tags.append(f"time={server_time(event.time)}")
        if first and "message-tags" in capabilities:
            tags.append(f"msgid={msgid(event)}")
        if "account-tag" in capabilities and (
            account := self.server.account_of(event.author, event.time)
        ):
            tags.append(f"account={account}")
        return f"@{';'.join(tags)} " if tags else ""

    def _message(self, events: Sequence[Event], target: str) -> Iterator[bytes]:
        """Render one message: a text that is not ordinary, is long, or has several lines."""
        event = events[0]
        command, _ = _command_of(event)
        head = f":{self.server.mask(event.author)} {command or 'PRIVMSG'} {target} :"
        room = LINE_BYTES - size_of(head) - (0 if command else _AROUND_ACTION)
        parts = [part for each in events for part in self._parts(each, room)]
        if command and MULTILINE in self.capabilities and len(parts) > 1:
            yield encode_lines(list(self._batch(event, head, parts, target)), EOL)
            return
        first = True
        for text, _ in parts:
            if text or len(parts) == 1:
                tagged = self.tags(event, first=first) + head
                if command:
                    yield encode_line(tagged + text, EOL)
                else:
                    yield encode_line(tagged, _BEGIN_ACTION) + encode_line(text, _END_ACTION)
                first = False

    def _parts(self, event: Event, room: int) -> Iterator[_Part]:
        _, text = _command_of(event)
        cuts = self.server.cuts_of(text)
        if self.dated:
            text = f"[{local_time(event.time // 1000)}] {text}"
        joined = False
        for cut in (text,) if cuts is None or self.dated else cuts:
            for part in in_parts(cut, room):
                yield _Part(part, joined)
                joined = True

    def _batch(self, event: Event, head: str, parts: Sequence[_Part], target: str) -> Iterator[str]:
        reference = f"m{event.seq}"
        mask = self.server.mask(event.author)
        yield f"{self.tags(event)}:{mask} BATCH +{reference} {MULTILINE} {target}"
        for text, joined in parts:
            concat = f";{CONCAT}" if joined else ""
            yield f"@batch={reference}{concat} {head}{text}"
        yield f":{self.server.name} BATCH -{reference}"


def _whole(events: Sequence[Event], at: int) -> Sequence[Event]:
    """Return the events of a message, as far as they are here, given the place of the first."""
    part_of, end = events[at].part_of, at + 1
    while part_of is not None and end < len(events) and events[end].part_of == part_of:
        end += 1
    return events[at:end]


def _command_of(event: Event) -> tuple[str, str]:
    """Return the command for an event, "" for an action, and its text without a mark."""
    kind, text = event.kind, event.text
    if kind is _ACTION:
        return "", text
    if kind is _NOTICE:
        return "NOTICE", text
    if kind is _PRIVATE and text[:1] == "/":
        for command, mark in PRIVATE_MARKS.items():
            if text.startswith(mark):
                return "" if command == "ACTION" else command, text[len(mark) :]
    return "PRIVMSG", text
