"""The outcomes of lines that clients were told, compared with the tables of the database.

A line that was acknowledged is stored once, where the answer says; one that was refused is not
stored; one of which the client was told that it is not known, or not told anything, is stored once
or not. This module must not know a connection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import psycopg

from tests.proofs.crash.check import Stored
from tests.proofs.crash.resumed import Said

_LINES = """
SELECT rooms.name, events.seq, events.author, events.text
FROM events JOIN rooms ON rooms.shard = events.shard AND rooms.id = events.room
ORDER BY rooms.name, events.seq
"""


class Line(Said):
    """A line that a client says, and what it was told about each of its tries."""

    def __init__(self, room: str, text: str, key: str = "") -> None:
        super().__init__(room, [text], [], key)
        self.refusals = 0

    @property
    def text(self) -> str:
        """The text, which no other line has."""
        return self.texts[0]

    def acknowledge(self, seq: int | None = None) -> None:
        """Record that it is said to be stored, at that seq if it is told."""
        self.answers.append([] if seq is None else [seq])

    def refuse(self) -> None:
        """Record that a try was refused."""
        self.refusals += 1

    def faults_in(self, log: Log) -> list[str]:
        """Return the faults of the line, compared with all that is stored."""
        places = log.places_of(self.text)
        about = f"{self.text.partition(';')[0]} of #{self.room}"
        if len(places) > 1 or any(room != self.room for room, _ in places):
            return [f"{about} is stored at {places}"]
        if self.answers and not places:
            return [f"{about} was acknowledged as {self.answers}, and is not stored"]
        told = {seq for seqs in self.answers for seq in seqs}
        if told - {seq for _, seq in places}:
            return [f"{about} was acknowledged as {told}, and is stored at {places}"]
        if places and not self.answers and self.refusals == self.sent:
            return [f"{about} was refused {self.refusals} times, and is stored at {places}"]
        return []


class Log:
    """All rooms of a database, read from its tables. ``all`` has the places of each text."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            rows = connection.execute(_LINES).fetchall()
        self.stored = Stored(
            f"#{room} {seq} [1970-01-01 00:00:00] <{author}> {text}"
            for room, seq, author, text in rows
        )
        self.all: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for room, seq, _, text in rows:
            self.all[text].append((room, seq))

    def places_of(self, text: str) -> Sequence[tuple[str, int]]:
        """Return the rooms and seqs where a text is stored."""
        return self.all.get(text, [])
