"""Clients that come back after a crash, compared with the store.

They must have received all lines, each once, and what they sent again must be stored once. This
module must not know a connection, nor the daemon's code: `Follower` is given what a client
received, `Said` its answers, and `faults_of_said` the output of `chatd export` and the file's
records.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from tests.proofs.crash.check import Stored

_CLEARED = "removed the topic."

LATELY = 1000
"""Missed lines up to which a browser receives all of them (docs/wire.md)."""


class Follower:
    """The events that one client received on all of its connections, by room and seq.

    ``at`` is its position in each room, ``resumed`` the number of times it resumed there on another
    connection. ``lately`` is the number of missed lines up to which it receives all; None for any
    number.
    """

    def __init__(self, name: str, lately: int | None = None) -> None:
        self.name = name
        self.at: dict[str, int] = {}
        self.bookmarks: dict[str, str | None] = {}  # of its positions, as far as it knows them
        self.resumed = 0
        self.shown: list[tuple[str, int, str]] = []
        self.faults: list[str] = []
        self._lately = lately

    def enter(
        self, room: str, head: int, after: int, bookmark: str | None = None, *, anew: bool = False
    ) -> None:
        """Record an entry into a room.

        The room's last seq is ``head``. The client is promised the lines after ``after``, whose
        bookmark is ``bookmark``, or is told that its own bookmark is of another log (``anew``).
        """
        at = self.at.get(room)
        if anew:
            self._find(f"is told that its bookmark {self.place(room)} is of another #{room}")
        elif at is not None:
            self.resumed += 1
            too_far = self._lately is not None and at < head - self._lately
            if after != at and not (too_far and after > at):
                self._find(
                    f"comes back to #{room} behind {at}, and is shown what is behind {after}"
                )
            if after == at:
                return
        self.at[room] = after
        self.bookmarks[room] = bookmark

    def place(self, room: str) -> str | int | None:
        """Return the position that a returning client gives: a bookmark, or a seq without one."""
        return self.bookmarks.get(room) or self.at.get(room)

    def show(self, room: str, event: Mapping[str, Any]) -> None:
        """Record an event, as docs/wire.md describes it."""
        seq, line = event["seq"], line_of(event)
        at = self.at.get(room)
        if at is None:
            self._find(f"is shown #{room} before it is in it: {line!a}")
        elif seq != at + 1:
            self._find(f"is shown #{room} {seq} right after {at}: {line!a}")
        self.at[room] = seq
        self.bookmarks[room] = f"{seq}-{event['time']}"
        self.shown.append((room, seq, line))

    def faults_of(self, stored: Stored) -> list[str]:
        """Return the faults of the received events, once all were received."""
        faults = [
            f"{self.name} shows what is not stored as #{room} {seq}: {line!a}"
            for room, seq, line in self.shown
            if seq not in stored.places(room, line)
        ]
        faults += self.faults  # after the cause: a client that saw lost lines begins anew
        for room, at in self.at.items():
            if at != (head := stored.heads.get(room, 0)):
                faults.append(f"{self.name} came up to #{room} {at}, and there are {head}")
        return faults

    def _find(self, fault: str) -> None:
        self.faults.append(f"{self.name} {fault}")


def line_of(event: Mapping[str, Any]) -> str:
    """Return an event as `chatd export` writes it, without its time."""
    author, text = event["author"], event["text"]
    return {
        "message": f"<{author}> {text}",
        "action": f"* {author} {text}",
        "topic": f"*** {author} set the topic: {text}" if text else f"*** {author} {_CLEARED}",
        "notice": f"<{author}> {text}",
        "deed": f"*** {text}",
        "ack": f"*** {text}",
    }[event["kind"]]


class Said:
    """Lines that are sent with an idempotency key until they are answered, and sometimes again.

    ``lines`` are the ``texts`` as `chatd export` writes them, ``sent`` is how often they were sent,
    and ``answers`` are the seqs in each answer.
    """

    def __init__(self, room: str, texts: Sequence[str], lines: Sequence[str], key: str) -> None:
        self.room = room
        self.texts = texts
        self.lines = lines
        self.key = key
        self.sent = 0
        self.answers: list[list[int]] = []
        self._new: list[bool] = []

    def answer(self, seqs: list[int], new: bool | None = None) -> None:
        """Record an answer: the seqs of the lines.

        ``new`` is true if they were stored only now, None if the answer does not say.
        """
        self.answers.append(seqs)
        if new is not None:
            self._new.append(new)

    def faults(self, stored: Stored, kept: Kept | None) -> list[str]:
        """Return the faults of the lines; ``kept`` is the record of their key."""
        places = [stored.places(self.room, line) for line in self.lines]
        seqs = [seq for found in places for seq in found]
        faults = []
        if seqs and not all(len(found) == 1 for found in places):
            faults.append(f"they are stored {[len(found) for found in places]} times")
        if not self.answers:
            faults.append("they were never answered")
        faults += [
            f"they were answered as {answer}, and are {seqs}"
            for answer in self.answers
            if answer != seqs
        ]
        if sum(self._new) > 1 or self._new == [False] * self.sent:
            faults.append(f"they were answered as new {sum(self._new)} times")
        if kept is None and seqs:
            faults.append("their key is not kept")
        if kept is not None and not (
            seqs and kept.room == self.room and kept.after < seqs[0] <= seqs[-1] <= kept.upto
        ):
            faults.append(f"their key is kept as {kept}")
        about = f"#{self.room} {seqs}, sent {self.sent} times with the key {self.key!a}"
        return [f"{about}: {fault}" for fault in faults]


class Kept(NamedTuple):
    """The place of the lines of a key, in the store's records."""

    room: str
    after: int
    upto: int


def keys_of(path: Path) -> dict[str, Kept]:
    """Return the keys in a store's file, with their records."""
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT key, value FROM records WHERE kind = 'retry'").fetchall()
    found = {}
    for key, text in rows:
        value = json.loads(text)
        found[key.rpartition("/")[2]] = Kept(value["room"], value["after"], value["upto"])
    return found


def faults_of_said(said: Sequence[Said], stored: Stored, keys: Mapping[str, Kept]) -> list[str]:
    """Return the faults of all lines that were sent with keys.

    No key was used twice, and none was deleted.
    """
    left = dict(keys)
    faults = []
    for each in said:
        kept = left.pop(sha256(each.key.encode()).hexdigest(), None)
        faults += each.faults(stored, kept)
    return faults + [f"nobody used the key that is kept as {kept}" for kept in left.values()]
