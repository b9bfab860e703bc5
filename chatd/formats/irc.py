"""Lines of IRC: the one format of all rooms, and that of one session.

What a client is sent of its rooms depends on its capabilities alone, so clients with the same ones
share an `IrcFormat`. Numerics, its own name and private lines are of one session (`OwnIrcFormat`).
Every author has the same mask for all readers, live and in the past: ``NAME!NAME@HOST``, where the
host is the name of the server: no client is told an address. (RFC 2812; modern.ircdocs.horse;
IRCv3.)

This module must not know a store, a session or a connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from chatd.errors import ErrorKind
from chatd.event import LEAVING, Change, Departure, Event, Kind, Line, Presence
from chatd.formats.base import Entrance, Format, told
from chatd.formats.irc_deeds import deed_lines, is_told
from chatd.formats.irc_labels import LABELLING, NO_LABELS, LabelledFormat, Labels
from chatd.formats.irc_lines import LINE_BYTES, irc_line
from chatd.formats.irc_roles import role_letters
from chatd.formats.irc_spoken import EOL, MULTILINE, SPOKEN, Spoken
from chatd.formats.irc_tags import IrcServer, marker
from chatd.formats.irc_text import in_parts
from chatd.i18n import Language, sentence, sentence_of_form
from chatd.text.escaping import encode_line, encode_lines
from chatd.text.messages import size_of

OF_ROOMS = frozenset(
    {
        "account-notify",
        "account-tag",
        "away-notify",
        "extended-join",
        "invite-notify",
        "message-tags",
        "server-time",
        "setname",
        MULTILINE,
    }
)
"""The capabilities by which clients are sent other bytes of a room."""

HISTORY = "history"
"""The reference of the batch of past lines. The lines of one batch are sent before the next one."""

_OWN_LINES_SAY_IT = frozenset({"is_away", "said_in_room", "you_are"})
"""Keys of sentences that tell a client what a line of IRC tells it."""


def line_of(source: str, command: str, *middle: str, text: str | None = None) -> str:
    """Return a line without its end, of which the ``text`` is the last parameter.

    The text may be any: it is escaped where the line becomes bytes. Raises `Unwritable` for others.
    """
    line = irc_line(command, *middle, source=source)
    return line if text is None else f"{line} :{text}"


@dataclass(frozen=True)
class IrcFormat(Format):
    """The lines of rooms for clients with the same ``capabilities``, as far as `OF_ROOMS` has them.

    Of the ``past`` it renders what was said alone. Past lines of clients that show no times begin
    with the time at which each was said. They may be in a ``batch``, which is its reference.
    """

    kind = "irc"
    shows_presence = True

    server: IrcServer
    capabilities: frozenset[str] = frozenset()
    language: Language = Language.ENGLISH
    past: bool = False
    batch: str = ""

    def render(self, entries: Sequence[Line]) -> bytes:
        # Notices are left out: IRC clients are sent each presence.
        events = [entry for entry in entries if isinstance(entry, Event)]
        data: list[bytes] = []
        for spoken, some in groupby(events, _is_spoken):
            if spoken:
                said = tuple(some)
                data.append(self.spoken.render(said, f"#{said[0].room}"))
            elif not self.past:
                lines = [line for event in some for line in self._lines(event)]
                data.append(encode_lines(lines, EOL))
        return b"".join(data)

    @property
    def spoken(self) -> Spoken:
        """The way in which what is said is rendered."""
        dated = self.past and "server-time" not in self.capabilities
        return Spoken(self.server, self.capabilities, self.batch, dated)

    def of_history(self, batch: str = "") -> IrcFormat:
        """Return the same format for what was said in the past, in a batch or in none."""
        return replace(self, past=True, batch=batch)

    def presence(self, presence: Presence) -> bytes:
        if presence.change is Change.TYPING:
            return self.typing(presence, f"#{presence.room}")
        return encode_lines(list(self._presence(presence)), EOL)

    def typing(self, typing: Presence, target: str) -> bytes:
        """Render that a person is typing, to a channel or a person, for clients that show it."""
        if "message-tags" not in self.capabilities:
            return b""
        mask = self.server.mask(typing.name)
        return encode_line(f"@+typing={typing.reason} :{mask} TAGMSG {target}", EOL)

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        text = sentence(self.language, key, **values)
        return encode_line(f":{self.server.name} NOTICE * :{text}", EOL)

    def in_language(self, language: Language) -> Format:
        return replace(self, language=language)

    def _lines(self, event: Event) -> Iterator[str]:
        mask, target = self.server.mask(event.author), f"#{event.room}"
        tags = self.spoken.tags(event, first=False)
        if event.kind is Kind.TOPIC:
            yield f"{tags}{self.fitting(f':{mask} TOPIC {target} :', event.text)}"
        else:
            lines = self._deed if event.kind is Kind.DEED else self._told
            for line in lines(event, target):
                yield f"{tags}{line}"

    @staticmethod
    def fitting(head: str, text: str) -> str:
        """Return a line with as much of a text as it has room for."""
        return head + in_parts(text, LINE_BYTES - size_of(head))[0]

    def _deed(self, event: Event, target: str) -> Iterator[str]:
        lines = deed_lines(event, self.server.mask, self.capabilities)
        if lines is not None:
            yield from lines
        if lines is None or is_told(event):
            yield from self._told(event, target)

    def _told(self, event: Event, target: str) -> Iterator[str]:
        head = f":{self.server.name} NOTICE {target} :"
        for part in in_parts(told(self.language, event), LINE_BYTES - size_of(head)):
            yield head + part

    def _presence(self, presence: Presence) -> Iterator[str]:
        room, mask = f"#{presence.room}", self.server.mask(presence.name)
        if presence.change is Change.RENAMED:
            yield from self._renamed(presence, mask, room)
        elif presence.change is Change.AWAY:
            if "away-notify" in self.capabilities:
                absent = sentence(self.language, "absent") if presence.absent else None
                yield line_of(mask, "AWAY", text=presence.reason or absent)
        elif presence.change is Change.REALNAME:
            if "setname" in self.capabilities:
                yield line_of(mask, "SETNAME", text=presence.reason)
        elif presence.change is Change.ACCOUNT:
            if "account-notify" in self.capabilities:
                yield line_of(mask, "ACCOUNT", presence.name if presence.account else "*")
        elif presence.change is Change.JOINED:
            yield self._join(presence, mask, room)
            yield from self._roles(room, presence.name, "", presence.role)
        elif presence.by:
            by = self.server.mask(presence.by)
            yield line_of(by, "KICK", room, presence.name, text=presence.reason or presence.by)
        elif presence.quits:
            yield line_of(mask, "QUIT", text=presence.reason)
        else:
            yield line_of(mask, "PART", room, text=presence.reason)

    def _renamed(self, presence: Presence, mask: str, room: str) -> Iterator[str]:
        new = presence.new_name
        if presence.quits:
            yield line_of(mask, "NICK", new)
            yield from self._roles(room, new, presence.had, presence.role)
        else:  # another session has the old name, in another room
            yield line_of(mask, "PART", room, text="")
            yield self._join(presence._replace(name=new), self.server.mask(new), room)
            yield from self._roles(room, new, "", presence.role)

    def _roles(self, room: str, name: str, had: str, has: str) -> Iterator[str]:
        """Yield the line that changes the role which clients show of a name."""
        if had != has:
            before, now = role_letters(had), role_letters(has)
            modes = (f"-{before}" if before else "") + (f"+{now}" if now else "")
            yield line_of(self.server.name, "MODE", room, modes, *[name] * len(before + now))

    def _join(self, presence: Presence, mask: str, room: str) -> str:
        if "extended-join" not in self.capabilities:
            return line_of(mask, "JOIN", room)
        account = presence.name if presence.account else "*"
        real_name = self.server.real_name_of(presence.session) or presence.name
        return line_of(mask, "JOIN", room, account, text=real_name)


def _is_spoken(event: Event) -> bool:
    return event.kind in SPOKEN


@dataclass(frozen=True)
class OwnIrcFormat(Format):
    """The lines that one session alone is sent; those of its rooms are ``shared``.

    ``name`` is its nickname, ``*`` until it is registered: then it is told nothing by sentences.
    ``capabilities`` are all that it has. ``number`` is that of the session, whose own lines may
    have ``labels``.
    """

    kind = "irc"
    shows_presence = True
    asks_for_past = True
    comes_back_without_bookmark = True

    shared: IrcFormat = field()
    name: str = "*"
    logged_in: bool = False
    capabilities: frozenset[str] = frozenset()
    number: int = 0
    labels: Labels = field(default=NO_LABELS, compare=False)

    @property
    def server(self) -> IrcServer:
        """The server."""
        return self.shared.server

    @property
    def mask(self) -> str:
        """The mask of the session."""
        return self.server.mask(self.name)

    @property
    def asks_for_missed(self) -> bool:  # type: ignore[override]
        """True if the client asks itself for what it missed."""
        return "draft/chathistory" in self.capabilities

    @property
    def reports_seen(self) -> bool:
        return "draft/read-marker" in self.capabilities

    @property
    def echo(self) -> bool:
        """True if the client is sent its own lines."""
        return "echo-message" in self.capabilities

    @property
    def apart(self) -> Format | None:
        if not (self.echo and self.capabilities >= LABELLING):
            return None
        return LabelledFormat(self.shared, self.server.name, self.number, self.labels)

    @property
    def registered(self) -> bool:
        """True once the client knows its nickname."""
        return self.name != "*"

    # Lines of the door

    def line(self, source: str, command: str, *middle: str, text: str | None = None) -> bytes:
        """Render a line: see `line_of`."""
        return encode_line(line_of(source, command, *middle, text=text), EOL)

    def numeric(self, code: str, *middle: str, text: str | None = None) -> bytes:
        """Render a numeric reply."""
        return self.line(self.server.name, code, self.name, *middle, text=text)

    def from_server(self, command: str, *middle: str, text: str | None = None) -> bytes:
        """Render a line of the server."""
        return self.line(self.server.name, command, *middle, text=text)

    def from_client(self, command: str, *middle: str, text: str | None = None) -> bytes:
        """Render a line that the client itself is the source of."""
        return self.line(self.mask, command, *middle, text=text)

    def unprefixed(self, command: str, *middle: str) -> bytes:
        """Render a line without a source."""
        return encode_line(irc_line(command, *middle), EOL)

    def ending(self, reason: str) -> bytes:
        """Render the last line, which says why the connection ends."""
        return encode_line(f"ERROR :{reason}", EOL)

    # What the chat sends

    def render(self, entries: Sequence[Line]) -> bytes:
        events = [entry for entry in entries if isinstance(entry, Event)]
        return self.shared.spoken.render(events, self.name)

    def presence(self, presence: Presence) -> bytes:
        return self.shared.presence(presence)

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        text = sentence_of_form(self.shared.language, self.kind, key, **values)
        return self.fail("*", kind, text)

    def fail(self, command: str, kind: ErrorKind, text: str) -> bytes:
        """Render an error for which IRC has no numeric."""
        if "standard-replies" in self.capabilities:
            return self.line(self.server.name, "FAIL", command, kind.name, text=text)
        return self.line(self.server.name, "NOTICE", self.name, text=text)

    def say(self, text: str, key: str = "") -> bytes:
        if not self.registered or key in _OWN_LINES_SAY_IT:
            return b""
        head = f":{self.server.name} NOTICE {self.name} :"
        fits = LINE_BYTES - size_of(head)
        parts = [part for line in text.split("\n") for part in in_parts(line, fits)]
        return encode_lines([head + part for part in parts], EOL)

    def entered(self, entrance: Entrance) -> bytes:
        room = f"#{entrance.room}"
        account = self.name if self.logged_in else ""
        join = Presence(entrance.room, Change.JOINED, self.number, self.name, account=account)
        data = [self.shared.presence(join)]
        if entrance.topic:
            data.append(self.topic(room, entrance.topic, *entrance.topic_set))
        return b"".join(data)

    def topic(self, room: str, topic: str, by: str, at: int) -> bytes:
        """Render the topic of a room, who set it, and when (milliseconds since 1970)."""
        head = f":{self.server.name} 332 {self.name} {room} :"
        data = [encode_line(self.shared.fitting(head, topic), EOL)]
        if by:
            data.append(self.numeric("333", room, self.server.mask(by), str(at // 1000)))
        return b"".join(data)

    def left(self, room: str, departure: Departure = LEAVING) -> bytes:
        reason, by, _ = departure
        gone = Presence(room, Change.LEFT, 0, self.name, reason=reason, by=by)
        return self.shared.presence(gone)

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        if not self.registered or name == self.name:
            return b""
        return self.line(self.mask, "NICK", name)

    def private(self, author: str, text: str, receiver: str | None = None) -> bytes:
        if receiver is not None and not self.echo:
            return b""
        return self._unstored.render([self._now(author, text)], receiver or self.name)

    @property
    def _unstored(self) -> Spoken:
        """The way in which what is stored nowhere is rendered: it has no id."""
        return Spoken(self.server, self.shared.capabilities & {"account-tag", "server-time"})

    def _now(self, author: str, text: str = "") -> Event:
        at = int(self.server.now() * 1000)
        return Event("", 0, at, 0, author, Kind.PRIVATE, text)

    def delivered(self, event: Event, receiver: str) -> bytes:
        if not self.echo:
            return b""
        return self.shared.spoken.render([event], receiver)

    def seen(self, room: str, seq: int, time: int) -> bytes:
        if not (self.reports_seen and time):
            return b""
        return self.from_server("MARKREAD", f"#{room}", marker(time))

    def invited(self, by: str, room: str, text: str) -> bytes:
        tags = self._unstored.tags(self._now(by))
        invite = line_of(self.server.mask(by), "INVITE", self.name, f"#{room}")
        return encode_line(f"{tags}{invite}", EOL)

    def named(self, name: str, logged_in: bool) -> Format:
        return replace(self, name=name if self.registered else "*", logged_in=logged_in)

    def with_capabilities(self, capabilities: frozenset[str]) -> OwnIrcFormat:
        """Return the same format for a client with these capabilities."""
        rooms = capabilities & OF_ROOMS
        if "batch" not in capabilities:
            rooms -= {MULTILINE}
        shared = replace(self.shared, capabilities=rooms)
        return replace(self, shared=shared, capabilities=capabilities)

    def in_language(self, language: Language) -> Format:
        return replace(self, shared=replace(self.shared, language=language))
