"""Those who come back after a crash, held against what is stored: were they shown all, and each
line once, and is what they sent again there once?

It knows no connection, and no code of the daemon's: `Follower` is told what a client was shown,
`Said` what it was answered, and `faults_of_said` is given what `chatd export` wrote and what the
file's records say.
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
"""Behind how many lines a browser is shown all that it missed (docs/wire.md)."""


class Follower:
    """What one client was shown on all of its connections, by room and seq.

    ``at`` is where it is in each room, ``resumed`` how often it went on from there on another
    connection. ``lately`` is how much it may miss and still be shown all; None for any amount.
    """

    def __init__(self, name: str, lately: int | None = None) -> None:
        self.name = name
        self.at: dict[str, int] = {}
        self.bookmarks: dict[str, str | None] = {}  # of where it is, as far as it knows them
        self.resumed = 0
        self.shown: list[tuple[str, int, str]] = []
        self.faults: list[str] = []
        self._lately = lately

    def enter(
        self, room: str, head: int, after: int, bookmark: str | None = None, *, anew: bool = False
    ) -> None:
        """It is in a room whose last seq is ``head``, and is told that it is shown what comes after
        ``after``, with that ``bookmark``, or that where it was is not in this log (``anew``)."""
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
        """What it says when it comes back to a room: a bookmark, or a seq alone if it has none."""
        return self.bookmarks.get(room) or self.at.get(room)

    def show(self, room: str, event: Mapping[str, Any]) -> None:
        """It is shown an event, as docs/wire.md has it."""
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
        """What is wrong with what it was shown, once it was shown all that there is."""
        faults = [
            f"{self.name} shows what is not stored as #{room} {seq}: {line!a}"
            for room, seq, line in self.shown
            if seq not in stored.places(room, line)
        ]
        faults += self.faults  # after the cause: whoever saw what is lost is told of another log
        for room, at in self.at.items():
            if at != (head := stored.heads.get(room, 0)):
                faults.append(f"{self.name} came up to #{room} {at}, and there are {head}")
        return faults

    def _find(self, fault: str) -> None:
        self.faults.append(f"{self.name} {fault}")


def line_of(event: Mapping[str, Any]) -> str:
    """An event as `chatd export` writes it, without its time."""
    author, text = event["author"], event["text"]
    return {
        "message": f"<{author}> {text}",
        "action": f"* {author} {text}",
        "topic": f"*** {author} set the topic: {text}" if text else f"*** {author} {_CLEARED}",
        "deed": f"*** {text}",
    }[event["kind"]]


class Said:
    """Lines that are sent with a key until they are answered, and sometimes once more.

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
        """They are there as these, and were not before, or were; None if that is not told."""
        self.answers.append(seqs)
        if new is not None:
            self._new.append(new)

    def faults(self, stored: Stored, kept: Kept | None) -> list[str]:
        """What is wrong with them; ``kept`` is the record of their key."""
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
    """Where the lines of a key are, by the store's records."""

    room: str
    after: int
    upto: int


def keys_of(path: Path) -> dict[str, Kept]:
    """The keys that a store's file has, by what is kept of each."""
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT key, value FROM records WHERE kind = 'retry'").fetchall()
    found = {}
    for key, text in rows:
        value = json.loads(text)
        found[key.rpartition("/")[2]] = Kept(value["room"], value["after"], value["upto"])
    return found


def faults_of_said(said: Sequence[Said], stored: Stored, keys: Mapping[str, Kept]) -> list[str]:
    """What is wrong with all lines that were sent with keys, none of which was used twice, nor
    forgotten."""
    left = dict(keys)
    faults = []
    for each in said:
        kept = left.pop(sha256(each.key.encode()).hexdigest(), None)
        faults += each.faults(stored, kept)
    return faults + [f"nobody used the key that is kept as {kept}" for kept in left.values()]
