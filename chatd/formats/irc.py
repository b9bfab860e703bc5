"""Lines of IRC: the one format of all rooms, and that of one session.

What a client is sent of its rooms depends on its capabilities alone, so clients with the same ones
share an `IrcFormat`. Numerics, its own name and private lines are of one session (`OwnIrcFormat`).
Every author has the same mask for all readers, live and in the past: ``NAME!NAME@HOST``, where the
host is the name of the server: no client is told an address. (RFC 2812; modern.ircdocs.horse;
IRCv3.)

This module must not know a store, a session or a connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from chatd.errors import ErrorKind
from chatd.event import LEAVING, Change, Departure, Event, Kind, Line, Presence
from chatd.formats.base import Entrance, Format, told
from chatd.formats.irc_deeds import deed_lines, is_told
from chatd.formats.irc_lines import irc_line
from chatd.formats.irc_roles import role_letters
from chatd.i18n import Language, sentence, sentence_of_form
from chatd.text.escaping import encode_line, encode_lines

EOL = b"\r\n"

_MESSAGE, _ACTION, _NOTICE = Kind.MESSAGE, Kind.ACTION, Kind.NOTICE  # see chatd.rooms.room
_SPOKEN = (Kind.MESSAGE, Kind.ACTION, Kind.NOTICE, Kind.PRIVATE)

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
    }
)
"""The capabilities by which clients are sent other bytes of a room."""

_OWN_LINES_SAY_IT = frozenset({"said_in_room", "you_are"})
"""Keys of sentences that tell a client what a line of IRC tells it."""


def _no_account(name: str, at: int) -> str:
    return ""


def _no_real_name(session: int) -> str:
    return ""


class IrcServer(NamedTuple):
    """The server as IRC clients know it.

    ``name`` has a dot, by which clients tell a server from a person. ``account_of`` returns the
    name of the account that a person had, given the name and the time of a line (milliseconds since
    1970), or "". ``real_name_of`` returns what the client of a session said of its user, or "" if
    it is none of IRC.
    """

    name: str
    account_of: Callable[[str, int], str] = _no_account
    real_name_of: Callable[[int], str] = _no_real_name

    def mask(self, name: str) -> str:
        """Return the mask of a person."""
        return f"{name}!{name}@{self.name}"


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def server_time(milliseconds: int) -> str:
    """Return a time as the tag ``time`` has it: ISO 8601, in UTC (IRCv3 server-time)."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


def line_of(source: str, command: str, *middle: str, text: str | None = None) -> str:
    """Return a line without its end, of which the ``text`` is the last parameter.

    The text may be any: it is escaped where the line becomes bytes. Raises `Unwritable` for others.
    """
    line = irc_line(command, *middle, source=source)
    return line if text is None else f"{line} :{text}"


@dataclass(frozen=True)
class IrcFormat(Format):
    """The lines of rooms for clients with the same ``capabilities``, as far as `OF_ROOMS` has them.

    If ``past`` and its clients show no times, each text begins with the time at which it was said.
    """

    kind = "irc"
    shows_presence = True

    server: IrcServer
    capabilities: frozenset[str] = frozenset()
    language: Language = Language.ENGLISH

    def render(self, entries: Sequence[Line]) -> bytes:
        data: list[bytes] = []
        lines: list[str] = []
        for entry in entries:
            if not isinstance(entry, Event):
                continue  # a notice: IRC clients are sent each presence
            if entry.kind is _ACTION:
                data.append(encode_lines(lines, EOL))
                data += self._action(entry)
                lines = []
            else:
                lines += self._lines(entry)
        data.append(encode_lines(lines, EOL))
        return b"".join(data)

    def presence(self, presence: Presence) -> bytes:
        return encode_lines(list(self._presence(presence)), EOL)

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        return encode_line(f"ERROR :{sentence(self.language, key, **values)}", EOL)

    def in_language(self, language: Language) -> Format:
        return replace(self, language=language)

    def tags(self, event: Event) -> str:
        """Return the tags of an event, with the space after them; "" for none."""
        capabilities = self.capabilities
        tags = []
        if "server-time" in capabilities:
            tags.append(f"time={server_time(event.time)}")
        if "message-tags" in capabilities and event.kind in _SPOKEN:
            tags.append(f"msgid={msgid(event)}")
        if "account-tag" in capabilities and (
            account := self.server.account_of(event.author, event.time)
        ):
            tags.append(f"account={account}")
        return f"@{';'.join(tags)} " if tags else ""

    def _lines(self, event: Event) -> Iterator[str]:
        mask, target = self.server.mask(event.author), f"#{event.room}"
        tags = self.tags(event)
        if event.kind is _MESSAGE:
            yield f"{tags}:{mask} PRIVMSG {target} :{event.text}"
        elif event.kind is _NOTICE:
            yield f"{tags}:{mask} NOTICE {target} :{event.text}"
        elif event.kind is Kind.TOPIC:
            yield f"{tags}:{mask} TOPIC {target} :{event.text}"
        elif event.kind is Kind.DEED:
            for line in self._deed(event, mask, target):
                yield f"{tags}{line}"

    def _action(self, event: Event) -> tuple[bytes, bytes]:
        """Return an action, of which the encoder must not escape the delimiters of CTCP."""
        mask, target = self.server.mask(event.author), f"#{event.room}"
        head = f"{self.tags(event)}:{mask} PRIVMSG {target} :"
        return encode_line(head, b"\x01ACTION "), encode_line(event.text, b"\x01\r\n")

    def _deed(self, event: Event, mask: str, target: str) -> Iterator[str]:
        lines = deed_lines(event, self.server.mask, self.capabilities)
        if lines is not None:
            yield from lines
        if lines is None or is_told(event):
            yield line_of(self.server.name, "NOTICE", target, text=told(self.language, event))

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


def msgid(event: Event) -> str:
    """Return the id of an event: the same at each start of the daemon (IRCv3 message-ids)."""
    return f"{event.seq}-{event.room}"


@dataclass(frozen=True)
class OwnIrcFormat(Format):
    """The lines that one session alone is sent; those of its rooms are ``shared``.

    ``name`` is its nickname, ``*`` until it is registered: then it is told nothing by sentences.
    ``capabilities`` are all that it has, and ``number`` is that of the session.
    """

    kind = "irc"
    shows_presence = True
    asks_for_past = True

    shared: IrcFormat = field()
    name: str = "*"
    logged_in: bool = False
    capabilities: frozenset[str] = frozenset()
    number: int = 0

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
        lines = [
            f"{self.shared.tags(entry)}:{self.server.mask(entry.author)} PRIVMSG {self.name}"
            f" :{entry.text}"
            for entry in entries
            if isinstance(entry, Event)
        ]
        return encode_lines(lines, EOL)

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
        return encode_lines([head + line for line in text.split("\n")], EOL)

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
        data = [self.numeric("332", room, text=topic)]
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
        if receiver is not None:
            return b""
        return self.line(self.server.mask(author), "PRIVMSG", self.name, text=text)

    def invited(self, by: str, room: str, text: str) -> bytes:
        return self.line(self.server.mask(by), "INVITE", self.name, f"#{room}")

    def named(self, name: str, logged_in: bool) -> Format:
        return replace(self, name=name if self.registered else "*", logged_in=logged_in)

    def in_language(self, language: Language) -> Format:
        return replace(self, shared=replace(self.shared, language=language))
