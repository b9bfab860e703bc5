"""The events that the lines of a log become: in which room, under which name, with which text.

A room that has lines here is never added to: the numbers of its lines are known to clients, and the
times would not be in order. Texts obey the rules of lines that are said; one that is too long
becomes a message of several lines, or several messages. This module must not know the form of a
log, nor a store's file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count

from chatd.accounts.accounts import Accounts
from chatd.client.imports.names import ForeignNames, ImportedNames, valid_name
from chatd.client.imports.said import Bad, ImportRefused, Item, Said
from chatd.event import Event, Kind, is_inbox, owner_of
from chatd.storage.contract import RoomRecord
from chatd.text.folding import fold
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES, size_of
from chatd.text.validation import (
    MAX_NAME_LENGTH,
    InvalidLine,
    LineFault,
    looks,
    validate_text,
)

MAX_LENGTH = 4096
"""Most characters of an imported line of another program: those of a line that is said to a daemon
with default options."""


class Rooms:
    """The rooms that an import makes.

    ``present`` are the rooms of the store, ``into`` is the name of the only one that may be made;
    None for those of the log.
    """

    def __init__(self, present: Sequence[RoomRecord], into: str | None) -> None:
        self._present = {look: each for each in present for look in looks(each.name)}
        self._into = into
        self._names: dict[str, str] = {}

    @property
    def names(self) -> list[str]:
        """The names of the rooms that are made."""
        return list(self._names.values())

    @property
    def changed(self) -> dict[str, str]:
        """The rooms that have another name here, each with that name."""
        if self._into is not None:
            return {}
        return {old: new for old, new in self._names.items() if old != new}

    def of(self, called: str) -> str:
        """Return the name of the room that a log calls so. Raises `ImportRefused`."""
        name = self._names.get(called)
        if name is None:
            name = self._names[called] = self._make(called)
        return name

    def _make(self, called: str) -> str:
        if self._into is not None and self._names:
            first = next(iter(self._names))
            raise ImportRefused(
                f"it has several rooms, #{first} and #{called}; --into is for a log of one."
            )
        name = self._into or (called if is_inbox(called) else valid_name(called.lstrip("#&+!")))
        there = next((self._present[look] for look in looks(name) if look in self._present), None)
        if there is not None:
            lines = f"{there.head} line{'s' * (there.head != 1)}"
            raise ImportRefused(
                f"#{there.name} has {lines} already, and an import only makes rooms. Give another"
                " name with --into."
            )
        others = set(map(fold, self._names.values()))
        ends = (f"-{number}" for number in count(2))
        numbered = (name[: MAX_NAME_LENGTH - len(end)] + end for end in ends)
        return next(each for each in chain([name], numbered) if fold(each) not in others)


class Numbers:
    """The seq of each room, and the number of the session of each person."""

    def __init__(self, highest: int) -> None:
        self._highest = highest
        self._sessions: dict[str, int] = {}
        self._heads: dict[str, int] = {}

    def session_of(self, person: str) -> int:
        """Return the number of the session under which a person said everything."""
        if person not in self._sessions:
            self._sessions[person] = self._highest + len(self._sessions) + 1
        return self._sessions[person]

    def take(self, room: str, lines: int) -> int:
        """Return the first of so many new seqs of a room."""
        head = self._heads.get(room, 0)
        self._heads[room] = head + lines
        return head + 1


class Importing:
    """The events of one import, and what was left out.

    ``present`` are the rooms of the store, ``accounts`` its accounts. If ``skips``, parts that
    cannot be read are left out; else the first one raises `ImportRefused`.
    """

    def __init__(
        self,
        present: Sequence[RoomRecord],
        into: str | None,
        accounts: Accounts,
        *,
        skips: bool,
    ) -> None:
        self.lines = 0
        self.notices = 0
        self.bad: list[Bad] = []
        self.names = ImportedNames(accounts)
        self._accounts = accounts
        self._highest = max((record.session for record in present), default=0)
        self.made = Rooms(present, into)
        self._skips = skips

    def own(self, items: Iterable[Event | Bad]) -> Iterator[Event]:
        """Yield the events of a log of chatd: those that it has, but for names of others here.

        Numbers of sessions stay, too, in a store without lines. Raises `ImportRefused`.
        """
        for item in items:
            if isinstance(item, Bad):
                raise _refusal(item)
            if is_inbox(item.room) and (account := self._accounts.called(owner_of(item.room))):
                raise ImportRefused(
                    f"it has private lines to {account.name}, who may be another person here."
                    " Export without --private."
                )
            room = self.made.of(item.room)
            session = item.session and item.session + self._highest
            author = self.names.of(item.author)
            yield self._counted(item._replace(room=room, session=session, author=author))

    def foreign(self, items: Iterable[Item]) -> Iterator[Event]:
        """Yield the events of a log of another program. Raises `ImportRefused`."""
        self.names = ForeignNames(self._accounts)
        numbers = Numbers(self._highest)
        for item in items:
            if item is None:
                self.notices += 1
            elif isinstance(item, Bad):
                self._leave_out(item)
            else:
                try:
                    parts = parts_of(item)
                except InvalidLine as invalid:
                    self._leave_out(Bad(item.place, f"its text is not valid: {invalid}"))
                    continue
                if not parts:
                    self.notices += 1
                    continue
                room = self.made.of(item.room)
                author = self.names.of(item.author, item.person)
                session = numbers.session_of(item.person)
                for texts in parts:
                    first = numbers.take(room, len(texts))
                    part_of = first if len(texts) > 1 else None
                    for seq, text in enumerate(texts, first):
                        yield self._counted(
                            Event(room, seq, item.time, session, author, item.kind, text, part_of)
                        )

    def _counted(self, event: Event) -> Event:
        self.lines += 1
        return event

    def _leave_out(self, bad: Bad) -> None:
        if not self._skips:
            raise _refusal(bad)
        self.bad.append(bad)


def _refusal(bad: Bad) -> ImportRefused:
    end = "" if bad.why.endswith("?") else "."
    return ImportRefused(f"{bad.place}: {bad.why}{end} Nothing was imported.")


def parts_of(said: Said) -> list[list[str]]:
    """Return the messages that a text becomes, each as its lines; none if it is blank.

    An action or a topic has one line. Raises `InvalidLine` for a line that cannot be said.
    """
    lines = said.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if said.kind is Kind.TOPIC:
        valid = _valid(" ".join(lines)[:MAX_LENGTH])
        return [[valid]]
    if said.kind is Kind.ACTION:
        lines = [" ".join(lines)]
    pieces = [_valid(piece) for line in lines for piece in _pieces(_valid(line))]
    if said.kind is Kind.ACTION:
        return [[piece] for piece in pieces if piece]
    return _messages(pieces)


def _valid(line: str) -> str:
    """Return a line as it is said, of any length; "" if it is blank. Raises `InvalidLine`."""
    try:
        return validate_text(line, len(line))
    except InvalidLine as invalid:
        if invalid.reason is LineFault.BLANK:
            return ""
        raise


def _pieces(line: str) -> Iterator[str]:
    """Cut a line that is too long, behind spaces where there are some."""
    while len(line) > MAX_LENGTH:
        place = line.rfind(" ", 0, MAX_LENGTH) + 1 or MAX_LENGTH
        yield line[:place]
        line = line[place:]
    yield line


def _messages(lines: Iterable[str]) -> list[list[str]]:
    """Divide lines into messages, none of which is too large, and which begin with text."""
    messages: list[list[str]] = [[]]
    size = 0
    for line in lines:
        weight = size_of(line) + 1
        if size + weight > MOST_MESSAGE_BYTES or len(messages[-1]) == MOST_MESSAGE_LINES:
            messages.append([])
            size = 0
        messages[-1].append(line)
        size += weight
    return [stripped for each in messages if (stripped := _without_blank_ends(each))]


def _without_blank_ends(lines: list[str]) -> list[str]:
    """Return lines without the empty ones at the two ends."""
    full = [place for place, line in enumerate(lines) if line]
    return lines[full[0] : full[-1] + 1] if full else []
