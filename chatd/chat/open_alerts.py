"""Alerts that go on in rooms, and the people who have taken them on: records beside the logs.

Theory of operation. A tool that posts an alert says a line, and opens a record with the seq of that
in one transaction; one that posts the same alert again moves the record to the new line, and one
that says that it is over deletes it. Who takes an alert on is written into its record together with
the line that tells the room so. A record goes with its line: the store deletes both in one
transaction, where it can (`Record.of_line`); `forgotten` removes it from memory, and where the
store left it. Each alert of a room has a number, by which people name it while it goes on.

This module must not know rights, nor what an alert looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chatd.event import Seqs
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Put, Table, change, ignore_store_error
from chatd.text.folding import fold

IN_A_ROOM = 100
"""Most alerts of a room that go on: more than people can look after. The oldest ones are dropped,
and their lines stay."""


class AlertRecord(NamedTuple):
    """A stored alert that goes on.

    It is in a ``room``, given by its name. ``seq`` is that of the last line of the post that said
    it, 0 until that is stored, and its own line is ``offset`` lines before that one, by a hook of a
    name, and begins with the ``excerpt``. Its ``number`` is unique in the room. ``by`` is the name
    of the person who has it, "" for none, with the ``words`` that this person said.
    """

    room: str
    seq: int
    offset: int
    hook: str
    excerpt: str
    number: int
    by: str = ""
    words: str = ""


class OpenAlert(NamedTuple):
    """An alert that goes on, with the key of its record."""

    key: str
    record: AlertRecord

    @property
    def line(self) -> int:
        """The seq of its line."""
        return self.record.seq - self.record.offset

    @property
    def members(self) -> dict[str, str | int | None]:
        """The alert in JSON, not yet escaped."""
        record = self.record
        return {
            "seq": self.line,
            "number": record.number,
            "author": record.hook,
            "excerpt": record.excerpt,
            "by": record.by or None,
            "words": record.words,
        }


class Posted(NamedTuple):
    """An alert in a post of a hook, which is over or goes on; ``line`` is the index of its line.

    ``identity`` is the same for all that the hook says of that alert.
    """

    identity: str
    is_over: bool
    line: int


class OpenAlerts:
    """All alerts that go on in the rooms of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_rooms: Groups[AlertRecord] = Groups(lambda key, alert: [fold(alert.room)])
        self.table: Table[AlertRecord] = Table(
            store, "alert", AlertRecord, self._in_rooms, of_line=True
        )

    def of(self, room: Room) -> list[OpenAlert]:
        """Return the alerts of a room whose lines are in its log, the oldest first."""
        found = [OpenAlert(key, self.table[key]) for key in self._in_rooms[room.key]]
        return sorted((each for each in found if each.record.seq), key=lambda each: each.line)

    def post(
        self, room: Room, hook: str, excerpts: Sequence[str], alerts: Iterable[Posted]
    ) -> list[Put]:
        """Return the changes by a post, to be stored together with its lines.

        ``excerpts`` are the beginnings of those lines, in their order. An alert that goes on keeps
        its number and the person who has it.
        """
        puts: dict[str, Put] = {}
        numbers = {self.table[key].number for key in self._in_rooms[room.key]}
        for identity, is_over, line in alerts:
            key = f"{room.key}/{fold(hook)}/{identity}"
            before = self.table.get(key)
            if is_over:
                if before is not None:
                    puts[key] = self.table.put(key, None)
                continue
            number = max(numbers, default=0) + 1 if before is None else before.number
            numbers.add(number)
            offset, excerpt = len(excerpts) - 1 - line, excerpts[line]
            record = AlertRecord(room.name, 0, offset, hook, excerpt, number)
            if before is not None:
                record = record._replace(by=before.by, words=before.words)
            puts[key] = self.table.put(key, record, Seqs(last="seq"))
        return [*puts.values(), *self._dropped(room, puts)]

    def take(self, alert: OpenAlert, by: str, words: str) -> Put:
        """Return the change by which a person of a name has an alert from now on."""
        return self.table.put(alert.key, alert.record._replace(by=by, words=words))

    def forgotten(self, room: Room, upto: int) -> None:
        """Remove the alerts of a room whose lines the store has deleted, up to a seq."""
        puts = [self.table.put(each.key, None) for each in self.of(room) if each.record.seq <= upto]
        if puts:
            change(self._store, *puts).addErrback(ignore_store_error)

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that free the alerts of an account, given its key."""
        return [
            self.table.put(key, alert._replace(by="", words=""))
            for key, alert in self.table.items()
            if alert.by and fold(alert.by) == account
        ]

    def _dropped(self, room: Room, puts: dict[str, Put]) -> list[Put]:
        """Return the changes that drop the oldest alerts, as far as there are too many."""
        ended = sum(put.value is None for put in puts.values())
        new = sum(put.value is not None and key not in self.table for key, put in puts.items())
        too_many = len(self._in_rooms[room.key]) + new - ended - IN_A_ROOM
        others = [each for each in self.of(room) if each.key not in puts]
        return [self.table.put(each.key, None) for each in others[: max(0, too_many)]]
